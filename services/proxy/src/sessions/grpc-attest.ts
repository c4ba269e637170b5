import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ExchangeAttestationRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationRequest'
import type { ExchangeAttestationResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationResponse'
import type { ExchangeDebugTokenRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenRequest'
import type { ExchangeDebugTokenResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenResponse'
import type { IssueChallengeRequest } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeRequest'
import type { IssueChallengeResponse__Output } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeResponse'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'

/** What a copy of an app proves itself with. */
export type Proof = Omit<ExchangeAttestationRequest, 'sourceAddress'>

/** An app session that a debug token or a proof has bought. */
export interface AppSession {
  /** `pma_ses_` and a JWS. */
  readonly token: string
  readonly expiresAtMs: number
  readonly deviceId: string
}

export interface IssuedChallenge {
  readonly challenge: string
  readonly expiresAtMs: number
}

/** How apps get sessions. All throw management's refusals, and Fault UNAVAILABLE. */
export interface Attest {
  /** @throws Fault INVALID_TOKEN for what has not the shape of an app token. */
  challenge(appToken: string, sourceAddress: string): Promise<IssuedChallenge>
  /** @throws Fault INVALID_TOKEN for what has not the shape of a debug token. */
  exchangeDebugToken(debugToken: string, sourceAddress: string): Promise<AppSession>
  exchange(proof: Proof, sourceAddress: string): Promise<AppSession>
}

const DEADLINES_MS = {
  /** It reads the app, and signs. */
  challenge: 5_000,
  /** It makes a device and signs: a write that a phone waits for. */
  debugToken: 5_000,
  /** Management may ask Google meanwhile. */
  proof: 12_000,
} as const

export function grpcAttest(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): Attest {
  return {
    async challenge(appToken, sourceAddress) {
      if (!isToken('app', appToken)) throw new Fault('INVALID_TOKEN', 'an app token of the wrong shape or checksum')
      return callUnary<IssueChallengeRequest, IssueChallengeResponse__Output>(
        (request, options, answer) => directory.current().issueChallenge(request, options, answer),
        { appToken, sourceAddress },
        DEADLINES_MS.challenge,
      )
    },
    async exchangeDebugToken(debugToken, sourceAddress) {
      if (!isToken('debug', debugToken))
        throw new Fault('INVALID_TOKEN', 'a debug token of the wrong shape or checksum')
      return callUnary<ExchangeDebugTokenRequest, ExchangeDebugTokenResponse__Output>(
        (request, options, answer) => directory.current().exchangeDebugToken(request, options, answer),
        { debugToken, sourceAddress },
        DEADLINES_MS.debugToken,
      )
    },
    exchange: (proof, sourceAddress) =>
      callUnary<ExchangeAttestationRequest, ExchangeAttestationResponse__Output>(
        (request, options, answer) => directory.current().exchangeAttestation(request, options, answer),
        { ...proof, sourceAddress },
        DEADLINES_MS.proof,
      ),
  }
}
