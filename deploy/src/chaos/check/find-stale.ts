import type { History, SentRequest } from '../history/history.js'
import { type OffPeriod, offPeriods } from './off-periods.js'
import { seconds, type Violation } from './violation.js'

/** A request that was served, what it rested on, and a time by which it had certainly been served. */
interface Served {
  readonly request: SentRequest
  readonly rests: readonly string[]
  readonly atMs: number
}

/** Requests that started after a change was answered and were served by the state before it. */
export function findStale(history: History): Violation[] {
  const periods = offPeriods(history.operations)
  return served(history).flatMap(({ request, rests, atMs }) =>
    rests.flatMap((fact) => {
      const off = periods.get(fact)?.find(({ fromMs, toMs }) => request.startMs > fromMs && atMs < toMs)
      return off === undefined ? [] : [violation(request, fact, off)]
    }),
  )
}

/**
 * The number of requests that started when something they rest on was certainly gone. If there are none, the run shows
 * nothing about freshness.
 */
export function triedInVain({ operations, requests }: History): number {
  const periods = offPeriods(operations)
  const isOff = (fact: string, atMs: number): boolean =>
    periods.get(fact)?.some(({ fromMs, toMs }) => atMs > fromMs && atMs < toMs) ?? false
  return requests.filter(({ rests, startMs }) => rests.some((fact) => isOff(fact, startMs))).length
}

function violation({ path, proxy, startMs }: SentRequest, fact: string, { by, fromMs }: OffPeriod): Violation {
  const late = `${(startMs - fromMs).toFixed(1)} ms after "${by.kind}" was answered`
  return { kind: 'stale', says: `${path} through ${proxy} started at ${seconds(startMs)}, ${late}, and used ${fact}` }
}

function served({ requests, injections }: History): Served[] {
  const byPath = new Map(requests.map((request) => [request.path, request]))
  const calls = injections.flatMap(({ path, value, atMs }): Served[] => {
    const request = byPath.get(path)
    return request === undefined ? [] : [{ request, rests: [...request.rests, value], atMs }]
  })
  const bought = requests
    .filter(({ kind, status }) => kind === 'buy' && status === 200)
    .map((request) => ({ request, rests: request.rests, atMs: request.endMs }))
  return [...calls, ...bought]
}
