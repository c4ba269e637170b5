import { describe, expect, it } from '@jest/globals'
import type { InjectedFault } from '../history/history.js'
import { findOverLimit } from './find-over-limit.js'
import { fault, history, injection, request } from './hand-written.js'

const limit = { fact: 'service:1', perSecond: 10, burst: 5 }

/** Injected one every so many milliseconds, for ten seconds. */
function over(everyMs: number, faults: readonly InjectedFault[] = []): string[] {
  const numbers = Array.from({ length: 10_000 / everyMs }, (_, number) => number)
  const requests = numbers.map((number) => request({ path: `/c0/${number}`, rests: ['service:1'] }))
  const injections = numbers.map((number) => injection({ path: `/c0/${number}`, atMs: 20_000 + number * everyMs }))
  return findOverLimit(history({ requests, injections, faults }), [limit]).map(({ kind }) => kind)
}

describe('a limit', () => {
  it('holds at its rate', () => {
    expect(over(100)).toEqual([])
  })

  it('is found to be broken at twice its rate', () => {
    expect(over(50)).toContain('over the limit')
  })

  it('may let a burst more through for each switch, and count for each side while they are split', () => {
    expect(over(50, [fault('cut', 'proxy-1→redis', 21_000, 29_000)])).toEqual([])
    expect(over(20, [fault('cut', 'proxy-1→redis', 21_000, 29_000)])).toContain('over the limit')
    expect(over(50, [fault('killed', 'proxy-1', 21_000, 29_000)])).toContain('over the limit')
  })

  it('is no concern of requests to other services', () => {
    const requests = [request({ rests: ['service:2'] })]
    expect(findOverLimit(history({ requests, injections: [injection()] }), [limit])).toEqual([])
  })
})
