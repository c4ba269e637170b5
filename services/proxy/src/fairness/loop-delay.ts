import type { Clock } from '@protectmyapi/service-kit/clock'
import { every, type Schedule } from '../freshness/schedule.js'

const LIMITS = {
  everyMs: 20,
  /** At the highest load that one proxy serves without a queue, with 64 requests at once, a turn takes some 20 ms. */
  lateMs: 100,
  /** How long the loop counts as late after a late turn: what was let in meanwhile shows some turns later. */
  rememberedMs: 1_000,
} as const

/** Whether this process has more to do than it can. */
export interface LoopDelay {
  isLate(): boolean
  stop(): void
}

export function watchLoop(clock: Pick<Clock, 'monotonicMs'>, schedule: Schedule): LoopDelay {
  let lastAt = clock.monotonicMs()
  let lateUntil = Number.NEGATIVE_INFINITY
  const stop = every(schedule, LIMITS.everyMs, () => {
    const now = clock.monotonicMs()
    if (now - lastAt - LIMITS.everyMs > LIMITS.lateMs) lateUntil = now + LIMITS.rememberedMs
    lastAt = now
  })
  return {
    isLate() {
      const now = clock.monotonicMs()
      // The second condition catches a turn that is already long before the timer can fire.
      return now < lateUntil || now - lastAt - LIMITS.everyMs > LIMITS.lateMs
    },
    stop,
  }
}
