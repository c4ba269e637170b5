import type { QuotaCounter } from './quota-counters.js'

/** Asks for a block. */
export interface QuotaDraw {
  readonly counter: QuotaCounter
  /** Requests that wait for it. These get all units that there are. */
  readonly needed: number
  /** The waiting requests, and those that are expected soon. */
  readonly wanted: number
}

/** Gives back what is left of a block. */
export interface QuotaReturn {
  readonly counter: QuotaCounter
  readonly startsAtMs: number
  readonly units: number
}

/** Requests that may be admitted before the period ends. Times are in Unix milliseconds, by the clock of management's database. */
export interface QuotaBlock {
  readonly units: number
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** When the block was drawn. */
  readonly nowMs: number
}

/**
 * Management's counters. Blocks come in the order of the draws; returned units are available to the draws of the same
 * call. Not idempotent: when it throws, blocks may have been drawn, and are lost; returns may have arrived, and are not
 * repeated.
 *
 * @throws Fault.
 */
export type DrawQuota = (draws: readonly QuotaDraw[], returns: readonly QuotaReturn[]) => Promise<readonly QuotaBlock[]>
