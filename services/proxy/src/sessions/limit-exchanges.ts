import type { Clock } from '@protectmyapi/service-kit/clock'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { ExchangeDebugToken } from './grpc-exchange.js'

const LIMITS = {
  /**
   * Of one block of addresses. Management draws by the same numbers, of all proxies together; what is refused here costs
   * it nothing.
   */
  rate: { count: 120, periodMs: 60_000, burst: 60 },
  /** Calls to management under way, each a write there. As many of one block as its burst has. */
  underWay: { totalMax: 256, perOwnerMax: 60 },
} as const

/**
 * Anyone can make up tokens of the right shape, and what comes of them is management's to say: so who asks too often is
 * refused before it is asked.
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
