import type { Clock } from '@protectmyapi/service-kit/clock'

/** A clock that moves when a test says so. */
export interface ManualClock extends Clock {
  /** Time passes, on both clocks. */
  advance(ms: number): void
  /** The machine's clock is set; the monotonic one does not notice. */
  stepWall(ms: number): void
}

const SOME_DAY_MS = Date.UTC(2026, 0, 15, 12)

export function manualClock(startWallMs: number = SOME_DAY_MS): ManualClock {
  let wallMs = startWallMs
  let monotonicMs = 1_000
  return {
    wallMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    advance(ms) {
      if (ms < 0) throw new Error('time does not go back: use stepWall')
      wallMs += ms
      monotonicMs += ms
    },
    stepWall(ms) {
      wallMs += ms
    },
  }
}
