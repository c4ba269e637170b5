import type { Clock } from '@protectmyapi/service-kit/clock'

const LIMITS = {
  /** Between two attempts at the same thing, while its source is away. */
  everyMs: 1_000,
  /** Things whose last attempt is remembered. Beyond that all are forgotten, which costs only extra attempts. */
  rememberedMax: 10_000,
} as const

/** Returns true at most once a second for each key. */
export function createPace(clock: Pick<Clock, 'monotonicMs'>): (key: string) => boolean {
  const lastAt = new Map<string, number>()
  return (key) => {
    const now = clock.monotonicMs()
    const last = lastAt.get(key)
    if (last !== undefined && now - last < LIMITS.everyMs) return false
    if (lastAt.size >= LIMITS.rememberedMax) lastAt.clear()
    lastAt.set(key, now)
    return true
  }
}
