import { describe, expect, it } from '@jest/globals'
import type { InjectedFault } from '../history/history.js'
import { findOverLimit } from './find-over-limit.js'
import { fault, history, injection, request } from './hand-written.js'

const limit = { fact: 'service:1', isEachDevices: false, perSecond: 10, burst: 5 }

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number)

/** Injected one every so many milliseconds, for ten seconds. */
function over(everyMs: number, faults: readonly InjectedFault[] = []): string[] {
  const all = numbers(10_000 / everyMs)
  const requests = all.map((number) => request({ path: `/c0/${number}`, rests: ['service:1'] }))
  const injections = all.map((number) => injection({ path: `/c0/${number}`, atMs: 20_000 + number * everyMs }))
  return findOverLimit(history({ requests, injections, faults }), { limits: [limit], quotas: [] }).map(
    ({ kind }) => kind,
  )
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
    expect(findOverLimit(history({ requests, injections: [injection()] }), { limits: [limit], quotas: [] })).toEqual([])
  })

  it('of devices is counted for each of them, and for those that have none together', () => {
    const eachDevices = { ...limit, isEachDevices: true }
    const kinds = (deviceOf: (number: number) => string[]): string[] => {
      const requests = numbers(200).map((number) =>
        request({ path: `/c0/${number}`, rests: ['service:1', ...deviceOf(number)] }),
      )
      const injections = numbers(200).map((number) => injection({ path: `/c0/${number}`, atMs: number * 50 }))
      return findOverLimit(history({ requests, injections }), { limits: [eachDevices], quotas: [] }).map(
        ({ kind }) => kind,
      )
    }
    expect(kinds((number) => [`device:${number % 2}`])).toEqual([])
    expect(kinds(() => ['device:1'])).toContain('over the limit')
    expect(kinds(() => [])).toContain('over the limit')
  })
})

it('finds one request more than a quota, whatever was broken', () => {
  const requests = numbers(3).map((number) => request({ path: `/c0/${number}`, rests: ['org:1'] }))
  const injections = numbers(3).map((number) => injection({ path: `/c0/${number}` }))
  const faults = [fault('lost', 'redis', 0, 900), fault('killed', 'proxy-1', 0, 900)]
  const kinds = (count: number): string[] =>
    findOverLimit(history({ requests, injections, faults }), { limits: [], quotas: [{ fact: 'org:1', count }] }).map(
      ({ kind }) => kind,
    )
  expect(kinds(3)).toEqual([])
  expect(kinds(2)).toEqual(['over the limit'])
})
