import { describe, expect, it } from '@jest/globals'
import { findStrangeAnswers } from './find-strange-answers.js'
import { fault, history, operation, refusal, request } from './hand-written.js'

const kinds = (given: Parameters<typeof history>[0]): string[] =>
  findStrangeAnswers(history(given)).map(({ kind }) => kind)

describe('a failure that a client sees', () => {
  it('is right when it is a row of the fault table', () => {
    expect(kinds({ requests: [refusal(503, 'UNAVAILABLE'), refusal(429, 'RATE_LIMITED')] })).toEqual([])
  })

  it('is found when it is no row, has another status, or is no problem', () => {
    expect(kinds({ requests: [refusal(503, 'GONE_FISHING')] })).toEqual(['strange answer'])
    expect(kinds({ requests: [refusal(500, 'UNAVAILABLE')] })).toEqual(['strange answer'])
    expect(kinds({ requests: [request({ status: 502 })] })).toEqual(['strange answer'])
  })

  it('is found when it says that we, or the provider, made a mistake', () => {
    const requests = [refusal(500, 'INTERNAL'), refusal(502, 'UPSTREAM_UNREACHABLE')]
    expect(kinds({ requests })).toEqual(['strange answer', 'strange answer'])
  })

  it('is found when a credential is refused that nobody took away', () => {
    const requests = [refusal(401, 'INVALID_TOKEN', { rests: ['session:1'] })]
    expect(kinds({ requests })).toEqual(['refused without cause'])
    expect(kinds({ requests, operations: [operation({ ends: ['session:1'], outcome: 'unknown' })] })).toEqual([])
    expect(kinds({ requests, operations: [operation({ ends: ['session:1'], startMs: 900 })] })).toHaveLength(1)
    expect(kinds({ requests, faults: [fault('skewed', 'proxy-1', 0, 900)] })).toEqual([])
  })

  it('is found when the connection was cut and no proxy had ended', () => {
    const requests = [request({ status: 0 })]
    expect(kinds({ requests })).toEqual(['cut'])
    expect(kinds({ requests, faults: [fault('killed', 'proxy-2', 290, 400)] })).toEqual(['cut'])
    expect(kinds({ requests, faults: [fault('killed', 'proxy-1', 305, 400)] })).toEqual([])
  })
})

it('finds an answer of management that is no row of the table', () => {
  const operations = [operation({ status: 500, code: 'INTERNAL', outcome: 'unknown' })]
  expect(kinds({ operations })).toEqual(['strange answer'])
})
