import type { Clock } from '@protectmyapi/service-kit/clock'
/** The moment before something was sent, on both clocks (SENT). */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}
export declare function momentOf(clock: Clock): Moment
/** Until when this proxy may use what it holds. */
export interface Horizon {
  /**
   * The Sync that was sent at that moment has been answered, with this many milliseconds (HGRANTED). An answer to an
   * older Sync than one already answered changes nothing; a shorter horizon than before holds at once.
   */
  answered(sent: Moment, horizonMs: number): void
  isCurrent(): boolean
  /** Milliseconds since it passed: 0 while it is ahead, Infinity before the first answer. */
  passedForMs(): number
}
export declare function createHorizon(clock: Clock): Horizon
