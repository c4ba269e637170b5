import type { History, InjectedFault, SentRequest } from '../history/history.js'
import type { LogRow } from './evidence.js'
import { losesToTwo } from './two-failures.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /**
   * A killed proxy may take the end of a request with it, if only its memory held that end: the request ended at most
   * this long before the kill. An end is sent with the next script, at most half a second later, or goes to management
   * within the time that a call may take.
   */
  endsInMemoryMs: 5_000,
} as const

/** Every request that the provider saw must be on record once, and must have exactly one end. */
export function findUnrecorded({ requests, injections, faults }: History, log: readonly LogRow[]): Violation[] {
  const records = recordsOf(log)
  const byPath = new Map(requests.map((request) => [request.path, request]))
  const times = countBy(injections, ({ path }) => path)
  const found: Violation[] = [...records.twice].map((says) => ({ kind: 'recorded twice', says }))
  for (const [path, count] of times) {
    const request = byPath.get(path)
    const wasKilled = request !== undefined && isKilledAfter(faults, request)
    const mayBeLost = request !== undefined && losesToTwo(faults, request)
    if (count > 1) found.push({ kind: 'sent twice', says: `${path} reached the provider ${count} times` })
    found.push(...ofOne({ path, request, wasKilled, mayBeLost, records }))
  }
  for (const id of records.finished)
    if (records.voided.has(id)) found.push({ kind: 'two ends', says: `request ${id} is finished and void` })
  return found
}

interface One {
  readonly path: string
  readonly request: SentRequest | undefined
  readonly wasKilled: boolean
  /** The record was held by its proxy and one other place, and both were lost. */
  readonly mayBeLost: boolean
  readonly records: Records
}

function ofOne({ path, request, wasKilled, mayBeLost, records }: One): Violation[] {
  const admitted = [...(records.admitted.get(path) ?? [])]
  const standing = admitted.filter((id) => !records.voided.has(id))
  const what = `${path}${request === undefined ? '' : ` through ${request.proxy} at ${seconds(request.startMs)}`}`
  if (admitted.length === 0) {
    const kind = mayBeLost ? 'lost to two failures' : 'lost'
    return [{ kind, says: `${what} was injected and is not in the access log` }]
  }
  if (standing.length === 0) return [{ kind: 'wrong end', says: `${what} was injected and is void in the access log` }]
  // The walk may have begun again, and the void of the first attempt may have been lost with the proxy.
  if (wasKilled) return []
  if (standing.length > 1) return [{ kind: 'recorded twice', says: `${what} stands ${standing.length} times` }]
  const isEnded = standing.every((id) => records.finished.has(id))
  return isEnded ? [] : [{ kind: 'no end', says: `${what} has no end in the access log` }]
}

/** Counts only the kill of the process that handled the request, not of its successor. */
function isKilledAfter(faults: readonly InjectedFault[], { proxy, startMs, endMs }: SentRequest): boolean {
  return faults.some(
    (fault) =>
      fault.kind === 'killed' &&
      fault.target === proxy &&
      fault.startMs >= startMs &&
      fault.startMs <= endMs + LIMITS.endsInMemoryMs,
  )
}

interface Records {
  /** Request ids by path. A walk that began again has a new id. */
  readonly admitted: ReadonlyMap<string, ReadonlySet<string>>
  readonly finished: ReadonlySet<string>
  readonly voided: ReadonlySet<string>
  readonly twice: ReadonlySet<string>
}

function recordsOf(log: readonly LogRow[]): Records {
  const admitted = new Map<string, ReadonlySet<string>>()
  const sets = { admitted: new Set<string>(), finished: new Set<string>(), void: new Set<string>() }
  const twice = new Set<string>()
  for (const { kind, requestId, path } of log) {
    if (sets[kind].has(requestId)) twice.add(`request ${requestId} has two entries "${kind}"`)
    sets[kind].add(requestId)
    if (kind === 'admitted') admitted.set(path, new Set([...(admitted.get(path) ?? []), requestId]))
  }
  return { admitted, finished: sets.finished, voided: sets.void, twice }
}

function countBy<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of list) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
