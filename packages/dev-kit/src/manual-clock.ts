import type { Clock } from '@protectmyapi/service-kit/clock'

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** Advances both clocks. */
  advance(ms: number): void
  /** Sets the machine's clock; the monotonic one does not change. */
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
