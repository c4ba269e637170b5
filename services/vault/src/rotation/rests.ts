import type { Clock } from '@protectmyapi/service-kit/clock'

export interface Rests {
  add(name: string): void
  /** Those that rest now. */
  names(): readonly string[]
}

/** What is left alone for a while, so that who comes round again and again has its place for others. */
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
