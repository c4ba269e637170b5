import { describe, expect, it } from '@jest/globals'
import { findStrangeAnswers } from './find-strange-answers.js'
import { fault, history, operation, refusal, request } from './hand-written.js'

const bounds = {
  limits: [{ fact: 'service:1', isEachDevices: false, perSecond: 8, burst: 4 }],
  quotas: [{ fact: 'org:1', count: 400 }],
}

const kinds = (given: Parameters<typeof history>[0]): string[] =>
  findStrangeAnswers(history(given), bounds).map(({ kind }) => kind)

describe('a failure that a client sees', () => {
  it('is found when its code is unknown, its status is not the code’s, or it is no problem', () => {
    expect(kinds({ requests: [refusal(503, 'GONE_FISHING')] })).toEqual(['strange answer'])
    expect(kinds({ requests: [refusal(500, 'UNAVAILABLE')] })).toEqual(['strange answer'])
    expect(kinds({ requests: [request({ status: 502 })] })).toEqual(['strange answer'])
  })

  it('is found when its code is INTERNAL or UPSTREAM_UNREACHABLE', () => {
    const requests = [refusal(500, 'INTERNAL'), refusal(502, 'UPSTREAM_UNREACHABLE')]
    expect(kinds({ requests })).toEqual(['strange answer', 'strange answer'])
  })

  it('is found when a credential is refused that no operation or skewed clock had ended', () => {
    const requests = [refusal(401, 'INVALID_TOKEN', { rests: ['session:1'] })]
    expect(kinds({ requests })).toEqual(['refused without cause'])
    expect(kinds({ requests, operations: [operation({ ends: ['session:1'], outcome: 'unknown' })] })).toEqual([])
    expect(kinds({ requests, operations: [operation({ ends: ['session:1'], startMs: 900 })] })).toHaveLength(1)
    expect(kinds({ requests, faults: [fault('skewed', 'proxy-1', 0, 900)] })).toEqual([])
  })

  it('is found when a path is refused that no operation had closed', () => {
    const requests = [refusal(400, 'PATH_NOT_ALLOWED', { rests: ['paths:1'] })]
    expect(kinds({ requests })).toEqual(['refused without cause'])
    expect(kinds({ requests, operations: [operation({ ends: ['paths:1'] })] })).toEqual([])
  })

  it('is found when it is a refusal by a limit or a quota that was not set', () => {
    const limited = (rest: string): string[] => kinds({ requests: [refusal(429, 'RATE_LIMITED', { rests: [rest] })] })
    const spent = (rest: string): string[] => kinds({ requests: [refusal(429, 'QUOTA_EXCEEDED', { rests: [rest] })] })
    expect(limited('service:1')).toEqual([])
    expect(limited('service:2')).toEqual(['refused without cause'])
    expect(spent('org:1')).toEqual([])
    expect(spent('service:1')).toEqual(['refused without cause'])
  })
})

describe('a 503', () => {
  const requests = [refusal(503, 'UNAVAILABLE', { startMs: 10_000, endMs: 10_005, rests: ['app:1'] })]

  it('is found when nothing had failed before it', () => {
    expect(kinds({ requests })).toEqual(['refused without cause'])
    expect(kinds({ requests, faults: [fault('killed', 'vault-1', 11_000, 12_000)] })).toHaveLength(1)
  })

  it('is allowed while something is broken, and for five seconds after it is back', () => {
    expect(kinds({ requests, faults: [fault('silent', 'vault-1→postgres', 9_000, 12_000)] })).toEqual([])
    expect(kinds({ requests, faults: [fault('killed', 'vault-1', 3_000, 5_000)] })).toEqual([])
    expect(kinds({ requests, faults: [fault('killed', 'vault-1', 3_000, 4_999)] })).toHaveLength(1)
  })

  it('is found when only the other proxy was cut off or frozen', () => {
    expect(kinds({ requests, faults: [fault('cut', 'proxy-1→vault', 9_000, 12_000)] })).toEqual([])
    expect(kinds({ requests, faults: [fault('cut', 'proxy-2→vault', 9_000, 12_000)] })).toHaveLength(1)
    expect(kinds({ requests, faults: [fault('frozen', 'proxy-2', 9_000, 12_000)] })).toHaveLength(1)
  })

  it('is allowed during a change of something that the request rests on', () => {
    const changing = (ends: string[], endMs = 11_000): string[] =>
      kinds({ requests, operations: [operation({ startMs: 9_900, endMs, ends })] })
    expect(changing(['app:1'])).toEqual([])
    expect(changing(['value:old'])).toEqual([])
    expect(changing(['app:2'])).toHaveLength(1)
    expect(changing(['app:1'], 9_999)).toHaveLength(1)
  })

  it('is allowed for two seconds after signing keys were ended', () => {
    const ended = (endMs: number) => [operation({ startMs: 7_000, endMs, ends: ['session-keys:0'] })]
    expect(kinds({ requests, operations: ended(8_000) })).toEqual([])
    expect(kinds({ requests, operations: ended(7_999) })).toHaveLength(1)
  })
})

it('an answer of management is found when it is INTERNAL', () => {
  const operations = [operation({ status: 500, code: 'INTERNAL', outcome: 'unknown' })]
  expect(kinds({ operations })).toEqual(['strange answer'])
})

it('a SECRET_IN_USE is found when the secret is no longer used by anything', () => {
  const refused = { status: 409, code: 'SECRET_IN_USE', outcome: 'refused' } as const
  expect(kinds({ operations: [operation({ ...refused, kind: 'delete secret' })] })).toEqual(['strange answer'])
  expect(kinds({ operations: [operation({ ...refused, kind: 'delete secret in use' })] })).toEqual([])
})
