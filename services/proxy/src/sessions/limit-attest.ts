import type { Clock } from '@protectmyapi/service-kit/clock'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { type AddressRates, createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { createLane, type Lane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Attest, Proof } from './grpc-attest.js'

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
  /**
   * Calls to management under way, in each lane, each a write there. One block may have as many as its burst of debug
   * tokens.
   */
  underWay: { totalMax: 256, perOwnerMax: 60 },
} as const

/** What one kind of call is refused by. */
interface Bounds {
  /** In the plural, for the log. */
  readonly what: string
  /** Kinds may share them: then they are counted together. */
  readonly rates: AddressRates
  readonly lane: Lane
}

/**
 * Anyone can invent tokens of the right shape, and only management can tell them from real ones. So a client that asks
 * too often is refused before management is asked.
 *
 * Proofs that Google may be asked about have a lane of their own: while Google does not answer, each keeps its place
 * until its deadline, and the other ways to a session go on. So do debug tokens and what else needs management alone,
 * when one of the two is flooded.
 *
 * All functions throw Fault RATE_LIMITED, UNAVAILABLE, and what they throw themselves.
 */
export function limitAttest(attest: Attest, clock: Pick<Clock, 'monotonicMs'>): Attest {
  const debugTokenRates = createAddressRates('exchanges', LIMITS.debugTokens, clock)
  const proofRates = createAddressRates('attestations', LIMITS.proofs, clock)
  const bounds = {
    debugTokens: { what: 'exchanges of debug tokens', rates: debugTokenRates, lane: createLane(LIMITS.underWay) },
    withoutGoogle: {
      what: 'challenges and proofs of App Attest',
      rates: proofRates,
      lane: createLane(LIMITS.underWay),
    },
    withGoogle: { what: 'proofs that may wait for Google', rates: proofRates, lane: createLane(LIMITS.underWay) },
  }

  async function limited<Answer>(
    { what, rates, lane }: Bounds,
    sourceAddress: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const block = addressBlock(sourceAddress)
    rates.draw(block)
    const leave = lane.enter(block)
    if (!leave) throw new Fault('UNAVAILABLE', `too many ${what} are under way`)
    try {
      return await ask()
    } finally {
      leave()
    }
  }

  return {
    challenge: (appToken, from) => limited(bounds.withoutGoogle, from, () => attest.challenge(appToken, from)),
    exchangeDebugToken: (token, from) =>
      limited(bounds.debugTokens, from, () => attest.exchangeDebugToken(token, from)),
    exchange: (proof, from) =>
      limited(mayAskGoogle(proof) ? bounds.withGoogle : bounds.withoutGoogle, from, () => attest.exchange(proof, from)),
  }
}

const mayAskGoogle = ({ playIntegrity, appCheck }: Proof): boolean => Boolean(playIntegrity ?? appCheck)
