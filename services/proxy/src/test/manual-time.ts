import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { Schedule } from '../freshness/schedule.js'

/** A clock and its timers, both moved by hand. */
export interface ManualTime {
  readonly clock: ManualClock
  readonly schedule: Schedule
  /** Time passes on both clocks. Timers that fall due run at their moments, in order. */
  advance(ms: number): void
  readonly timers: number
}

export function manualTime(): ManualTime {
  const clock = manualClock()
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()

  function nextUntil(end: number): { readonly at: number; readonly run: () => void } | undefined {
    return [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }

  return {
    clock,
    schedule(run, delayMs) {
      const timer = { at: clock.monotonicMs() + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const end = clock.monotonicMs() + ms
      for (let timer = nextUntil(end); timer; timer = nextUntil(end)) {
        timers.delete(timer)
        clock.advance(Math.max(0, timer.at - clock.monotonicMs()))
        timer.run()
      }
      clock.advance(end - clock.monotonicMs())
    },
    get timers() {
      return timers.size
    },
  }
}
