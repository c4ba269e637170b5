import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { Fault } from '../faults.js'
import { gcra, type Rate } from './gcra.js'

const LIMITS = {
  /** Blocks per counter, some 100 bytes each. An attacker with more blocks is bounded by the limits behind this one. */
  blocksMax: 20_000,
} as const

/**
 * Limits how often each block of addresses may ask. Counted in this process's memory, so that a flood ends before it
 * costs anything.
 */
export interface AddressRates {
  /**
   * @param block as `addressBlock` returns it.
   * @throws Fault RATE_LIMITED with Retry-After.
   */
  draw(block: string): void
  /** Undoes one draw: for what counts only if it comes to nothing. */
  giveBack(block: string): void
}

/** @param what the counted thing, for the log. */
export function createAddressRates(
  what: string,
  rate: Rate,
  clock: Pick<Clock, 'monotonicMs'>,
  blocksMax: number = LIMITS.blocksMax,
): AddressRates {
  const arrivals = new LRUCache<string, number>({ max: blocksMax })
  return {
    draw(block) {
      const outcome = gcra(arrivals.get(block) ?? 0, clock.monotonicMs(), rate)
      if ('retryAfterMs' in outcome)
        throw new Fault('RATE_LIMITED', `too many ${what} from one address`, {
          retryAfterSeconds: outcome.retryAfterMs / 1_000,
        })
      arrivals.set(block, outcome.nextMs)
    },
    giveBack(block) {
      const arrivalMs = arrivals.get(block)
      if (arrivalMs !== undefined) arrivals.set(block, arrivalMs - rate.periodMs / rate.count)
    },
  }
}
