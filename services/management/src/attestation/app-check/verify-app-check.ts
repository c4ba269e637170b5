import type { KeyObject } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { type CompactJWSHeaderParameters, compactVerify, errors } from 'jose'
import { z } from 'zod'
import type { FirebaseSettings } from '../attestation-settings.js'
import type { FindFirebaseKey } from './firebase-keys.js'

const LIMITS = {
  /** Firebase's are below 2 KiB. */
  tokenCharsMax: 8 * 1024,
  /** The longest life that the Firebase console offers. */
  lifeMsMax: 7 * 24 * 60 * 60_000,
  /** Google's clock and this one may differ; the tolerance is never added to the expiry. */
  skewMs: 30_000,
} as const

const ISSUER = 'https://firebaseappcheck.googleapis.com/'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

const Claims = z.object({
  iss: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  sub: z.string(),
  iat: z.number().nonnegative(),
  exp: z.number().nonnegative(),
  /** What vouched for the app. Firebase does not document it, so it may be missing. */
  provider: z.string().optional(),
})
type Claims = z.output<typeof Claims>

export interface VerifiedAppCheck {
  readonly expiresMs: number
}

/**
 * Verifies a token of Firebase App Check for an app.
 *
 * @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED; UNAVAILABLE where the key is not known
 * and Google cannot be asked at the moment.
 */
export type VerifyAppCheck = (token: string, app: FirebaseSettings, nowMs: number) => Promise<VerifiedAppCheck>

export function createVerifyAppCheck(findKey: FindFirebaseKey): VerifyAppCheck {
  return async (token, app, nowMs) => {
    if (token.length > LIMITS.tokenCharsMax) throw invalid('longer than any token')
    const claims = await signedClaims(token, findKey)
    checkIssued(claims, app)
    checkTimes(claims, nowMs)
    return { expiresMs: claims.exp * 1_000 }
  }
}

/** RS256 alone, and one type, so that no other token that Google signs passes for one of App Check. */
async function signedClaims(token: string, findKey: FindFirebaseKey): Promise<Claims> {
  const { payload, protectedHeader } = await compactVerify(token, (header) => keyOf(header, findKey), {
    algorithms: ['RS256'],
  }).catch((cause: unknown) => {
    if (cause instanceof Fault) throw cause
    if (cause instanceof errors.JWSInvalid) throw invalid('not a JWS', cause)
    throw failed('the signature does not verify', undefined, cause)
  })
  if (protectedHeader.typ !== 'JWT') throw failed('another type of token')
  const parsed = Claims.safeParse(jsonOf(payload))
  if (!parsed.success) throw invalid('claims out of shape')
  return parsed.data
}

async function keyOf({ kid }: CompactJWSHeaderParameters, findKey: FindFirebaseKey): Promise<KeyObject> {
  if (kid === undefined) throw invalid('no key id')
  const key = await findKey(kid)
  if (!key) throw failed('signed by no key of App Check')
  return key
}

function checkIssued({ iss, aud, sub, provider }: Claims, { projectNumber, appIds }: FirebaseSettings): void {
  if (iss !== ISSUER + projectNumber || !aud.includes(`projects/${projectNumber}`))
    throw failed(
      'of another project',
      'The App Check token is of another Firebase project than the app’s settings name. Check attestation.firebase.projectNumber.',
    )
  if (!appIds.includes(sub))
    throw failed(
      'of another app',
      'The App Check token is of a Firebase app that the app’s settings do not list. Check attestation.firebase.appIds.',
    )
  // Such a token vouches for nothing: whoever has a debug token of the Firebase console gets as many as they like.
  if (provider === 'debug')
    throw failed('of the debug provider', 'Firebase’s debug provider is not accepted. Use a debug token of this app.')
}

function checkTimes({ iat, exp }: Claims, nowMs: number): void {
  if (exp * 1_000 <= nowMs)
    throw new Fault('ATTESTATION_EXPIRED', 'app check: expired', {
      say: 'The App Check token has expired. Get a new one from the Firebase SDK.',
    })
  if (iat * 1_000 > nowMs + LIMITS.skewMs) throw failed('from the future')
  if (exp <= iat || (exp - iat) * 1_000 > LIMITS.lifeMsMax) throw failed('a life out of bounds')
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(payload))
  } catch (cause) {
    throw invalid('claims are not JSON', cause)
  }
}

function invalid(detail: string, cause?: unknown): Fault {
  return new Fault('INVALID_ATTESTATION', `app check: ${detail}`, {
    say: 'The App Check token could not be read. Send it as the Firebase SDK returned it.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function failed(
  detail: string,
  say = 'The App Check token did not verify. Get a new one from the Firebase SDK.',
  cause?: unknown,
): Fault {
  return new Fault('ATTESTATION_FAILED', `app check: ${detail}`, { say, ...(cause === undefined ? {} : { cause }) })
}
