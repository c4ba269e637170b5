import { describe, expect, test } from '@jest/globals'
import { endingOf } from './ending-words.js'

const FINE = { state: 'finished', status: 200, fault: null, aborted: false } as const

describe('how a request ended', () => {
  test('is its status where nothing is wrong', () => {
    expect(endingOf(FINE)).toEqual({ result: '200', notes: [], tone: 'good', meaning: [] })
  })

  test('names the fault, and says what it means', () => {
    expect(endingOf({ ...FINE, status: 502, fault: 'UPSTREAM_REJECTED_KEY' })).toEqual({
      result: '502',
      notes: ['UPSTREAM_REJECTED_KEY'],
      tone: 'bad',
      meaning: [expect.stringContaining('Replace the secret’s value')],
    })
  })

  test('names a fault that is not known here', () => {
    for (const fault of ['NEWER_FAULT', 'constructor']) {
      expect(endingOf({ ...FINE, status: 500, fault }).meaning).toEqual([`It ended with ${fault}.`])
    }
  })

  test('tells a request that was broken off from one that came to its end', () => {
    expect(endingOf({ ...FINE, aborted: true })).toEqual({
      result: '200',
      notes: ['broken off'],
      tone: 'doubtful',
      meaning: ['The app left, or the answer was cut, before its end.'],
    })
    expect(endingOf({ ...FINE, status: null, aborted: true })).toMatchObject({ result: 'no answer', tone: 'bad' })
  })

  test('says of a request that was not sent that no secret left', () => {
    expect(endingOf({ state: 'void', status: null, fault: 'UNAVAILABLE', aborted: false })).toMatchObject({
      result: 'not sent',
      notes: ['UNAVAILABLE'],
      tone: 'bad',
      meaning: [expect.stringContaining('No secret left the proxy'), expect.stringContaining('unavailable')],
    })
  })

  test('does not call good what has no end', () => {
    expect(endingOf({ state: 'admitted', status: null, fault: null, aborted: false })).toMatchObject({
      result: 'no end yet',
      tone: 'doubtful',
    })
  })

  test.each([
    [404, 'doubtful'],
    [429, 'doubtful'],
    [500, 'bad'],
  ])('shows a provider’s %i as %s', (status, tone) => {
    expect(endingOf({ ...FINE, status }).tone).toBe(tone)
  })
})
