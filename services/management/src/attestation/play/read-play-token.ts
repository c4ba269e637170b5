import { Fault } from '@protectmyapi/service-kit/faults'
import type { CredentialLeases } from '../credentials/credential-leases.js'
import type { ReadPlayToken } from '../proof.js'
import type { DecodePlayToken } from './google-decoder.js'
import { openPlayToken } from './open-token.js'

/** Opens tokens with the credential that the app has: its own response keys, or a service account of Google's. */
export function createReadPlayToken(
  credentials: Pick<CredentialLeases, 'lease'>,
  decode: DecodePlayToken,
): ReadPlayToken {
  return async (app, packageName, token) => {
    const credential = await credentials.lease(app.organizationId, app.id)
    switch (credential?.kind) {
      case 'response-keys':
        return openPlayToken(token, credential)
      case 'service-account':
        return decode(token, packageName, credential)
      case undefined:
        throw new Fault('ATTESTATION_FAILED', 'play: the app has no credential', {
          say: 'This app has no credential that opens Play Integrity tokens. An owner or admin has to enter its response keys, or a service account.',
        })
    }
  }
}
