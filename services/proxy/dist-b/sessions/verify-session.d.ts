import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Held } from '../freshness/held.js'
import type { Keeper } from '../freshness/keeper.js'
import type { SessionKeys } from './session-keys.js'
/** Who asks, by the session's own signed word. */
export interface VerifiedSession {
  readonly organizationId: string
  readonly appId: string
  readonly deviceId: string
  readonly sessionId: string
  readonly labels: Held['labels']
}
export interface SessionVerifier {
  /**
   * Verified before, and nothing it rests on has fallen since.
   *
   * @throws Fault TOKEN_EXPIRED.
   */
  held(hash: string): VerifiedSession | undefined
  /**
   * @param hash of the token: verifications are remembered by it.
   * @throws Fault INVALID_TOKEN, TOKEN_EXPIRED, or UNAVAILABLE where its key cannot be asked for.
   */
  verify(token: string, hash: string): Promise<VerifiedSession>
}
export declare function createSessionVerifier({
  keeper,
  clock,
  keys,
}: {
  keeper: Keeper
  clock: Clock
  keys: SessionKeys
}): SessionVerifier
