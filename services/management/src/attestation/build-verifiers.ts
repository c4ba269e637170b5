import { X509Certificate } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { VaultClient } from '../vault/vault-client.js'
import { createFirebaseKeys } from './app-check/firebase-keys.js'
import { createVerifyAppCheck } from './app-check/verify-app-check.js'
import { APPLE_APP_ATTESTATION_ROOT } from './apple/apple-root.js'
import { createCredentialLeases } from './credentials/credential-leases.js'
import { createGoogleClient } from './google-client.js'
import { createAccessTokens } from './play/access-tokens.js'
import { createAppShares } from './play/app-shares.js'
import { createGoogleDecoder } from './play/google-decoder.js'
import { createReadPlayToken } from './play/read-play-token.js'
import type { ProofVerifiers } from './proof.js'

export interface VerifierDeps {
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'leaseOperational'>
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry
  /** PEM of a root in place of Apple's; null: Apple's. */
  readonly appAttestRoot: string | null
}

export interface Verifying extends ProofVerifiers {
  /** Begins to wipe held credentials that have ended. */
  start(): void
  /** Wipes all of them, and ends what is being asked of Google. */
  stop(): Promise<void>
}

/** What proofs are verified with: Apple's root, apps' credentials, and Google's keys and answers. */
export function buildVerifiers(deps: VerifierDeps): Verifying {
  const { clock, log, appAttestRoot } = deps
  if (appAttestRoot !== null)
    log.warn('keys are accepted that another root than Apple’s attested: whoever has its key passes for any app')
  const google = createGoogleClient()
  const credentials = createCredentialLeases(deps)
  const accessTokens = createAccessTokens({ ask: google.ask, clock, log })
  const decode = createGoogleDecoder({ ask: google.ask, accessTokens, log })
  return {
    appleRoots: [new X509Certificate(appAttestRoot ?? APPLE_APP_ATTESTATION_ROOT)],
    readPlayToken: createReadPlayToken({ credentials, decode, shares: createAppShares(), log }),
    verifyAppCheck: createVerifyAppCheck(createFirebaseKeys({ ask: google.ask, clock, log })),
    start: () => credentials.start(),
    async stop() {
      await credentials.stop()
      await google.close()
    },
  }
}
