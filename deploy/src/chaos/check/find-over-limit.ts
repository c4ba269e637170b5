import type { History } from '../history/history.js'
import type { KnownBounds, KnownLimit, KnownQuota } from './known-bounds.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  windowsMs: [1_000, 5_000, 20_000],
  /** Admission returns to Redis at most this long after Redis is there again. */
  switchBackMs: 5_000,
  /** Requests that were admitted in one window and injected in another: as many as there are clients. */
  underWay: 8,
} as const

/**
 * In every window, at most *limit + one burst per switch, per side of a split*. A quota is never exceeded, whatever
 * broke.
 */
export function findOverLimit(history: History, { limits, quotas }: KnownBounds): Violation[] {
  const ofLimits = limits.flatMap((limit) =>
    [...timesOf(history, limit)].flatMap(([subject, times]) =>
      LIMITS.windowsMs.flatMap((windowMs) => overIn(history, { limit, subject, times, windowMs })),
    ),
  )
  return [...ofLimits, ...quotas.flatMap((quota) => overQuota(history, quota))]
}

/** The times of the injections that count towards this limit, by the subject that they are counted for. */
function timesOf(history: History, { fact, isEachDevices }: KnownLimit): ReadonlyMap<string, readonly number[]> {
  const subjects = new Map<string, string>()
  for (const { path, rests } of history.requests) {
    if (!rests.includes(fact)) continue
    subjects.set(path, isEachDevices ? (rests.find((rest) => rest.startsWith('device:')) ?? 'the address') : fact)
  }
  const times = new Map<string, number[]>()
  for (const { path, atMs } of history.injections) {
    const subject = subjects.get(path)
    if (subject !== undefined) times.set(subject, [...(times.get(subject) ?? []), atMs])
  }
  for (const one of times.values()) one.sort((before, after) => before - after)
  return times
}

interface Counted {
  readonly limit: KnownLimit
  readonly subject: string
  readonly times: readonly number[]
  readonly windowMs: number
}

/** Only the first window that has too many, because the windows after it overlap it. */
function overIn({ faults }: History, { limit, subject, times, windowMs }: Counted): Violation[] {
  const splits = faults.filter(({ target }) => target.endsWith('redis'))
  let from = 0
  for (let to = 0; to < times.length; to += 1) {
    const atMs = times[to] ?? 0
    while ((times[from] ?? 0) < atMs - windowMs) from += 1
    const startMs = atMs - windowMs
    const near = splits.filter((split) => split.startMs <= atMs && split.endMs + LIMITS.switchBackMs >= startMs)
    // Two switches, away and back. Meanwhile some proxies count in Redis and others elsewhere, each side for itself.
    const sides = near.length === 0 ? 1 : 2
    const bursts = 1 + 2 * near.length
    const allowed = (sides * limit.perSecond * windowMs) / 1_000 + bursts * limit.burst + LIMITS.underWay
    const count = to - from + 1
    if (count <= allowed) continue
    const says = `${count} requests of ${subject} in ${seconds(windowMs)} before ${seconds(atMs)}; allowed are ${allowed}`
    return [{ kind: 'over the limit', says }]
  }
  return []
}

function overQuota({ requests, injections }: History, { fact, count }: KnownQuota): Violation[] {
  const counted = new Set(requests.filter(({ rests }) => rests.includes(fact)).map(({ path }) => path))
  const used = injections.filter(({ path }) => counted.has(path)).length
  return used <= count ? [] : [{ kind: 'over the limit', says: `${used} requests of ${fact}; its quota is ${count}` }]
}
