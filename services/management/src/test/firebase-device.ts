import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type CompactJWSHeaderParameters, CompactSign } from 'jose'
import type { FirebaseSettings } from '../attestation/attestation-settings.js'

/** An app's settings that its genuine copies meet. */
export const FIREBASE: FirebaseSettings = {
  projectNumber: '123456789012',
  appIds: ['1:123456789012:ios:0123456789abcdef', '1:123456789012:android:fedcba9876543210'],
}

const LIFE_SECONDS = 3_600

/** A key with which Firebase App Check signs. */
export interface FirebaseKey {
  readonly id: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export function makeFirebaseKey(id = 'key-1'): FirebaseKey {
  return { id, ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) }
}

/** As Firebase publishes its keys. */
export function jwksOf(keys: readonly FirebaseKey[]) {
  return {
    keys: keys.map(({ id, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      alg: 'RS256',
      use: 'sig',
    })),
  }
}

/** Claims for a genuine copy of the app. */
export function appCheckClaims(nowMs: number) {
  const iat = Math.floor(nowMs / 1_000)
  return {
    iss: `https://firebaseappcheck.googleapis.com/${FIREBASE.projectNumber}`,
    aud: [`projects/${FIREBASE.projectNumber}`, 'projects/example-chat'],
    sub: FIREBASE.appIds[0],
    iat,
    exp: iat + LIFE_SECONDS,
    jti: 'some-id',
    provider: 'app_attest',
  }
}

/** Signs claims as Firebase App Check does, unless the header says otherwise. */
export function appCheckToken(
  claims: unknown,
  { id, privateKey }: FirebaseKey,
  header: Partial<CompactJWSHeaderParameters> = {},
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: id, ...header })
    .sign(privateKey)
}
