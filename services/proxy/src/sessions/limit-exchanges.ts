import type { Clock } from '@protectmyapi/service-kit/clock'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { ExchangeDebugToken } from './grpc-exchange.js'

const LIMITS = {
  /**
   * Per block of addresses. Management draws by the same numbers, for all proxies together; a refusal here costs it
   * nothing.
   */
  rate: { count: 120, periodMs: 60_000, burst: 60 },
  /** Calls to management under way, each a write there. One block may have as many as its burst. */
  underWay: { totalMax: 256, perOwnerMax: 60 },
} as const

/**
 * Anyone can invent tokens of the right shape, and only management can tell them from real ones. So a client that asks
 * too often is refused before management is asked.
 *
 * The function throws Fault RATE_LIMITED, UNAVAILABLE, and what an exchange throws.
 */
export function limitExchanges(exchange: ExchangeDebugToken, clock: Pick<Clock, 'monotonicMs'>): ExchangeDebugToken {
  const rates = createAddressRates('exchanges', LIMITS.rate, clock)
  const lane = createLane(LIMITS.underWay)
  return async (debugToken, sourceAddress) => {
    const block = addressBlock(sourceAddress)
    rates.draw(block)
    const leave = lane.enter(block)
    if (!leave) throw new Fault('UNAVAILABLE', 'too many exchanges are under way')
    try {
      return await exchange(debugToken, sourceAddress)
    } finally {
      leave()
    }
  }
}
