import type { Clock } from '@protectmyapi/service-kit/clock'
import { createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { asFault } from '@protectmyapi/service-kit/faults'

const LIMITS = {
  /**
   * Refused proofs of one block of addresses, those under way included. A phone that Google refuses has no reason to ask
   * more often, and as many phones of a mobile network may be verified at once.
   */
  refused: { count: 60, periodMs: 3_600_000, burst: 60 },
} as const

/** Bounds how many proofs that come to nothing one block of addresses may bring. */
export type WasteLimit = <Result>(block: string, work: () => Promise<Result>) => Promise<Result>

/**
 * Google decodes some ten thousand tokens a day for an app and counts invented ones too. Anyone has the app token, so
 * without a bound one address could use up the day's in minutes, and no phone would get a session any more. Proofs that
 * are accepted count nothing.
 *
 * The function throws Fault RATE_LIMITED, and what the work throws.
 */
export function createWasteLimit(clock: Pick<Clock, 'monotonicMs'>): WasteLimit {
  const refused = createAddressRates('refused proofs', LIMITS.refused, clock)
  return async (block, work) => {
    refused.draw(block)
    try {
      const result = await work()
      refused.giveBack(block)
      return result
    } catch (thrown) {
      // An outage of Google's is nobody's fault.
      if (asFault(thrown).code === 'UNAVAILABLE') refused.giveBack(block)
      throw thrown
    }
  }
}
