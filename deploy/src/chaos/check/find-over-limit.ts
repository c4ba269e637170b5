import type { History } from '../history/history.js'
import { seconds, type Violation } from './violation.js'

/** A limit of a service, as the rig has set it. */
export interface KnownLimit {
  /** The service's fact. */
  readonly fact: string
  readonly perSecond: number
  readonly burst: number
}

const LIMITS = {
  windowsMs: [1_000, 5_000, 20_000],
  /** Admission goes back to Redis so long after it is there again, at most. */
  switchBackMs: 5_000,
  /** Admitted at one time, injected at another: as many as there are clients. */
  underWay: 8,
} as const

/** *Limit + one burst per switch, per side of a split*, in every window. */
export function findOverLimit(history: History, limits: readonly KnownLimit[]): Violation[] {
  return limits.flatMap((limit) => {
    const times = timesOf(history, limit)
    return LIMITS.windowsMs.flatMap((windowMs) => overIn(history, limit, times, windowMs))
  })
}

function timesOf({ requests, injections }: History, { fact }: KnownLimit): number[] {
  const limited = new Set(requests.filter(({ rests }) => rests.includes(fact)).map(({ path }) => path))
  return injections
    .filter(({ path }) => limited.has(path))
    .map(({ atMs }) => atMs)
    .sort((one, other) => one - other)
}

/** The first window that has too many: those after it overlap it. */
function overIn({ faults }: History, limit: KnownLimit, times: readonly number[], windowMs: number): Violation[] {
  const splits = faults.filter(({ target }) => target.endsWith('redis'))
  let from = 0
  for (let to = 0; to < times.length; to += 1) {
    const atMs = times[to] ?? 0
    while ((times[from] ?? 0) < atMs - windowMs) from += 1
    const startMs = atMs - windowMs
    const near = splits.filter((split) => split.startMs <= atMs && split.endMs + LIMITS.switchBackMs >= startMs)
    // Away and back, and while proxies are of two minds both sides count for themselves.
    const sides = near.length === 0 ? 1 : 2
    const bursts = 1 + 2 * near.length
    const allowed = (sides * limit.perSecond * windowMs) / 1_000 + bursts * limit.burst + LIMITS.underWay
    const count = to - from + 1
    if (count <= allowed) continue
    const says = `${count} requests of ${limit.fact} in ${seconds(windowMs)} before ${seconds(atMs)}; allowed are ${allowed}`
    return [{ kind: 'over the limit', says }]
  }
  return []
}
