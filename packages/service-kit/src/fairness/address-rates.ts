import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { Fault } from '../faults.js'
import { gcra, type Rate } from './gcra.js'

const LIMITS = {
  /** Of each counter, some 100 bytes each. Who has more blocks than that is bounded by what stands behind. */
  blocksMax: 20_000,
} as const

/** How often each block of addresses may ask, counted in this process's memory: a flood ends before it costs anything. */
export interface AddressRates {
  /**
   * @param block of `addressBlock`.
   * @throws Fault RATE_LIMITED with Retry-After.
   */
  draw(block: string): void
}

/** @param what is counted, for the log. */
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
  }
}
