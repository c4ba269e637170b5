import type { QuotaCounter } from './quota-counters.js'

/** Asks for a block. */
export interface QuotaDraw {
  readonly counter: QuotaCounter
  /** Requests that wait for it: these get all that there is. */
  readonly needed: number
  /** These, and those that come soon. */
  readonly wanted: number
}

/** Gives back what is left of one. */
export interface QuotaReturn {
  readonly counter: QuotaCounter
  readonly startsAtMs: number
  readonly units: number
}

/** Requests that may be admitted before the period ends: times in Unix milliseconds, by management's clock. */
export interface QuotaBlock {
  readonly units: number
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** When it was drawn. */
  readonly nowMs: number
}

/**
 * Management's counters. Blocks come in the order of the draws; what is returned is there for these draws already. Not
 * idempotent: when it throws, blocks may have been drawn, and are lost; returns may have arrived, and are not repeated.
 *
 * @throws Fault.
 */
export type DrawQuota = (draws: readonly QuotaDraw[], returns: readonly QuotaReturn[]) => Promise<readonly QuotaBlock[]>
