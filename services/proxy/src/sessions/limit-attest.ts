import type { Clock } from '@protectmyapi/service-kit/clock'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { type AddressRates, createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Attest } from './grpc-attest.js'

const LIMITS = {
  /**
   * Debug tokens, per block of addresses. Management draws by the same numbers, for all proxies together; a refusal here
   * costs it nothing.
   */
  debugTokens: { count: 120, periodMs: 60_000, burst: 60 },
  /**
   * Challenges and proofs together, per block of addresses. A phone asks for one of each every ten minutes, and all
   * phones of a mobile network may share an address.
   */
  proofs: { count: 1_200, periodMs: 60_000, burst: 300 },
  /** Calls to management under way, each a write there. One block may have as many as its burst of debug tokens. */
  underWay: { totalMax: 256, perOwnerMax: 60 },
} as const

/**
 * Anyone can invent tokens of the right shape, and only management can tell them from real ones. So a client that asks
 * too often is refused before management is asked.
 *
 * All functions throw Fault RATE_LIMITED, UNAVAILABLE, and what they throw themselves.
 */
export function limitAttest(attest: Attest, clock: Pick<Clock, 'monotonicMs'>): Attest {
  const debugTokens = createAddressRates('exchanges', LIMITS.debugTokens, clock)
  const proofs = createAddressRates('attestations', LIMITS.proofs, clock)
  const lane = createLane(LIMITS.underWay)

  const limitedBy =
    <Given, Answer>(rates: AddressRates, ask: (given: Given, sourceAddress: string) => Promise<Answer>) =>
    async (given: Given, sourceAddress: string): Promise<Answer> => {
      const block = addressBlock(sourceAddress)
      rates.draw(block)
      const leave = lane.enter(block)
      if (!leave) throw new Fault('UNAVAILABLE', 'too many exchanges are under way')
      try {
        return await ask(given, sourceAddress)
      } finally {
        leave()
      }
    }

  return {
    challenge: limitedBy(proofs, attest.challenge),
    exchangeDebugToken: limitedBy(debugTokens, attest.exchangeDebugToken),
    exchange: limitedBy(proofs, attest.exchange),
  }
}
