import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { z } from 'zod'
import { type AskGoogle, googleUnavailable } from '../google-client.js'
import type { AccessTokens, ServiceAccount } from './access-tokens.js'
import { PLAY_TOKEN_CHARS_MAX } from './open-token.js'

/** Base64 of either alphabet, with the periods of a JWE. Anything else takes nothing from the app's quota at Google. */
const TOKEN = /^[A-Za-z0-9._~+/=-]+$/

const Decoded = z.object({ tokenPayloadExternal: z.record(z.string(), z.unknown()) })

/**
 * Has Google decode a token, standard or classic, and returns the verdict in it, of which nothing is checked yet. A
 * token is sent once: Google clears the verdicts of one that it has decoded before.
 *
 * @throws Fault INVALID_ATTESTATION for a token that Google does not take. UNAVAILABLE for everything else; its `say`
 * tells the app's owner if the service account is at fault.
 */
export type DecodePlayToken = (token: string, packageName: string, account: ServiceAccount) => Promise<unknown>

interface Deps {
  readonly ask: AskGoogle
  readonly accessTokens: AccessTokens
  readonly log: Logger
}

export function createGoogleDecoder({ ask, accessTokens, log }: Deps): DecodePlayToken {
  return async (token, packageName, account) => {
    if (token.length > PLAY_TOKEN_CHARS_MAX || !TOKEN.test(token))
      throw new Fault('INVALID_ATTESTATION', 'play: not a token')
    const accessToken = await accessTokens.of(account)
    const { status, json } = await ask('play-integrity', {
      method: 'POST',
      path: `/v1/${encodeURIComponent(packageName)}:decodeIntegrityToken`,
      headers: { authorization: `Bearer ${accessToken.reveal()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ integrityToken: token }),
    })
    switch (status) {
      case 200:
        return verdictOf(json)
      case 400:
        throw new Fault('INVALID_ATTESTATION', 'play: Google does not decode the token')
      case 401:
        accessTokens.forget(account)
        throw refused(account, packageName, status)
      case 403:
      case 404:
        throw refused(account, packageName, status)
      default:
        throw googleUnavailable(`${status} instead of a verdict`)
    }
  }

  function refused({ clientEmail }: ServiceAccount, packageName: string, status: number): Fault {
    log.warn(
      { serviceAccount: clientEmail, packageName, status },
      'Google lets a service account decode no token of an app',
    )
    return new Fault('UNAVAILABLE', `google: ${status} instead of a verdict`, {
      say: 'Google does not let this app’s service account decode its Play Integrity tokens. An owner or admin has to enable the Play Integrity API in the account’s Google Cloud project, link that project to the app in the Play Console (App integrity), and check attestation.android.packageName.',
    })
  }
}

function verdictOf(json: unknown): unknown {
  const parsed = Decoded.safeParse(json)
  if (!parsed.success) throw googleUnavailable('a verdict in an unknown form')
  return parsed.data.tokenPayloadExternal
}
