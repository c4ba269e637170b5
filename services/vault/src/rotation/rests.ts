import type { Clock } from '@protectmyapi/service-kit/clock'

export interface Rests {
  add(name: string): void
  /** The names that rest now. */
  names(): readonly string[]
}

/** Names to leave alone for a while, so that a repeated round has room for others. */
export function rests(clock: Pick<Clock, 'monotonicMs'>, { restMs, max }: { restMs: number; max: number }): Rests {
  const untilMs = new Map<string, number>()
  return {
    add(name) {
      if (untilMs.size >= max) untilMs.clear()
      untilMs.set(name, clock.monotonicMs() + restMs)
    },
    names() {
      const nowMs = clock.monotonicMs()
      for (const [name, endMs] of untilMs) if (endMs <= nowMs) untilMs.delete(name)
      return [...untilMs.keys()]
    },
  }
}
