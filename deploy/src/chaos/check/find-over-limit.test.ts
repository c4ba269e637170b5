import { describe, expect, it } from '@jest/globals'
import type { InjectedFault } from '../history/history.js'
import { findOverLimit } from './find-over-limit.js'
import { fault, history, injection, request } from './hand-written.js'
import type { KnownBounds } from './known-bounds.js'

const limit = { fact: 'service:1', isEachDevices: false, perSecond: 10, burst: 5 }

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number)

const kindsOf = (given: Parameters<typeof history>[0], bounds: Partial<KnownBounds>): string[] =>
  findOverLimit(history(given), { limits: [], quotas: [], ...bounds }).map(({ kind }) => kind)

/** One injection every `everyMs` for ten seconds. */
function over(everyMs: number, faults: readonly InjectedFault[] = []): string[] {
  const all = numbers(10_000 / everyMs)
  const requests = all.map((number) => request({ path: `/c0/${number}`, rests: ['service:1'] }))
  const injections = all.map((number) => injection({ path: `/c0/${number}`, atMs: 20_000 + number * everyMs }))
  return kindsOf({ requests, injections, faults }, { limits: [limit] })
}

describe('a limit', () => {
  it('is not reported when requests come at its rate', () => {
    expect(over(100)).toEqual([])
  })

  it('is reported as broken when requests come at twice its rate', () => {
    expect(over(50)).toContain('over the limit')
  })

  it('may be passed twofold, and no further, while a proxy is cut off from Redis', () => {
    expect(over(50, [fault('cut', 'proxy-1→redis', 21_000, 29_000)])).toEqual([])
    expect(over(20, [fault('cut', 'proxy-1→redis', 21_000, 29_000)])).toContain('over the limit')
    expect(over(50, [fault('killed', 'proxy-1', 21_000, 29_000)])).toContain('over the limit')
  })

  it('is not applied to requests to other services', () => {
    const requests = [request({ rests: ['service:2'] })]
    expect(kindsOf({ requests, injections: [injection()] }, { limits: [limit] })).toEqual([])
  })

  it('of devices is counted for each device, and once for all requests without a device', () => {
    const eachDevices = { ...limit, isEachDevices: true }
    const kinds = (deviceOf: (number: number) => string[]): string[] => {
      const requests = numbers(200).map((number) =>
        request({ path: `/c0/${number}`, rests: ['service:1', ...deviceOf(number)] }),
      )
      const injections = numbers(200).map((number) => injection({ path: `/c0/${number}`, atMs: number * 50 }))
      return kindsOf({ requests, injections }, { limits: [eachDevices] })
    }
    expect(kinds((number) => [`device:${number % 2}`])).toEqual([])
    expect(kinds(() => ['device:1'])).toContain('over the limit')
    expect(kinds(() => [])).toContain('over the limit')
  })
})

it('one request more than a quota is found, whatever failed meanwhile', () => {
  const requests = numbers(3).map((number) => request({ path: `/c0/${number}`, rests: ['org:1'] }))
  const injections = numbers(3).map((number) => injection({ path: `/c0/${number}` }))
  const faults = [fault('lost', 'redis', 0, 900), fault('killed', 'proxy-1', 0, 900)]
  const kinds = (count: number): string[] =>
    kindsOf({ requests, injections, faults }, { quotas: [{ fact: 'org:1', count }] })
  expect(kinds(3)).toEqual([])
  expect(kinds(2)).toEqual(['over the limit'])
})
