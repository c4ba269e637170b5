import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { AttestedApp } from '../attested-app.js'
import type { CredentialLeases } from '../credentials/credential-leases.js'
import type { OpenedCredential } from '../credentials/sealed-credential.js'
import type { ReadPlayToken } from '../proof.js'
import type { AppShares } from './app-shares.js'
import type { DecodePlayToken } from './google-decoder.js'
import { openPlayToken } from './open-token.js'

interface Deps {
  readonly credentials: Pick<CredentialLeases, 'lease'>
  readonly decode: DecodePlayToken
  /** Bounds what Google is asked for one app. */
  readonly shares: AppShares
  readonly log: Logger
}

/** Opens tokens with the credential that the app has: its own response keys, or a service account of Google's. */
export function createReadPlayToken({ credentials, decode, shares, log }: Deps): ReadPlayToken {
  return async (app, packageName, token) => {
    const credential = await leased(app)
    switch (credential?.kind) {
      case 'response-keys':
        return openPlayToken(token, credential)
      case 'service-account':
        return shares(app.id, () => decode(token, packageName, credential))
      case undefined:
        throw new Fault('ATTESTATION_FAILED', 'play: the app has no credential', {
          say: 'This app has no credential that opens Play Integrity tokens. An owner or admin has to enter its response keys, or a service account.',
        })
    }
  }

  /** A credential that the vault cannot open says nothing of the proof. */
  async function leased({ id, organizationId }: AttestedApp): Promise<OpenedCredential | undefined> {
    try {
      return await credentials.lease(organizationId, id)
    } catch (cause) {
      if (!(cause instanceof Fault) || cause.code !== 'SECRET_DECRYPTION_FAILED') throw cause
      log.error(
        { err: cause, organizationId, appId: id },
        'an attestation credential cannot be opened: an owner or admin of the app has to put it again',
      )
      throw new Fault('UNAVAILABLE', 'play: the credential of the app cannot be opened', {
        say: 'The credential that opens this app’s Play Integrity tokens cannot be used any more. An owner or admin has to enter it again.',
        cause,
      })
    }
  }
}
