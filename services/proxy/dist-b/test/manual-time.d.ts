import { type ManualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { Schedule } from '../freshness/schedule.js'
/** A clock and its timers, both moved by hand. */
export interface ManualTime {
  readonly clock: ManualClock
  readonly schedule: Schedule
  /** Time passes on both clocks; what falls due runs at its moment, in order. */
  advance(ms: number): void
  readonly timers: number
}
export declare function manualTime(): ManualTime
