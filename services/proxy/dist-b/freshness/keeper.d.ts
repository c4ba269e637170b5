import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Floors } from './floors.js'
import type { Freshness } from './freshness.js'
import { type Moment } from './horizon.js'
import type { Label } from './label.js'
/** Something that keeps what it was told. */
export interface Holder {
  /** EVICT: drops everything that rests on an older generation of this. */
  drop(row: Label): void
  dropAll(): void
}
/** Freshness, for those who hold. */
export interface Keeper extends Freshness {
  hold(holder: Holder): void
  /** Counts up whenever all that is held is dropped: an answer asked for in an older epoch is discarded. */
  epoch(): number
}
/** One row of the feed. */
export interface FeedRow extends Label {
  readonly number: number
}
/** The rows and horizons of an answer to one Sync, one page of them. */
export interface Answer {
  readonly rows: readonly FeedRow[]
  readonly through: number
  readonly more: boolean
  readonly reset: boolean
  readonly horizonMs: number
}
/** What was reported, and when: from before the sending. */
export interface SentSync extends Moment {
  readonly applied: number
}
/** The feed's end of the keeper. */
export interface FeedState extends Keeper {
  /** The feed number below and at which everything has been applied (APPLY). */
  applied(): number
  /** CONTIG: a pushed row is taken only as the next one. Answers `gap` where rows between are missing. */
  push(row: FeedRow): 'applied' | 'known' | 'gap'
  answer(sent: SentSync, answer: Answer): void
  /** Once a second: forgets old floors, ends answers that have run too long past the horizon. */
  tend(): void
}
export declare function createKeeper({ clock, log, floors }: { clock: Clock; log: Logger; floors?: Floors }): FeedState
