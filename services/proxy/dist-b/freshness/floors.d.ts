import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Label } from './label.js'
export declare const FLOOR_LIMITS: {
  /** WINDOW: longer than the longest life of anything held, 10 minutes of a session, with clock skew and margin. */
  readonly windowMs: number
  /** Some 400 changes a second for a whole window; the feed's counter row, locked to commit, gives about that. */
  readonly floorsMax: 500000
}
/** The lowest acceptable generation of every id that the feed has named within the window. */
export interface Floors {
  raise(row: Label): void
  /** FENCE: false where one of these lies below its floor. */
  accepts(labels: readonly Label[]): boolean
  /** A floor could not be kept: nothing may be judged fresh until that one would have been forgotten. */
  overflowed(): boolean
  /** Forgets what is older than the window. */
  sweep(): void
}
export declare function createFloors(
  clock: Pick<Clock, 'monotonicMs'>,
  limits?: {
    windowMs: number
    floorsMax: number
  },
): Floors
