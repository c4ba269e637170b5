import {
  createHash,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { CompactEncrypt, CompactSign } from 'jose'
import type { AndroidSettings } from '../attestation/attestation-settings.js'
import type { ResponseKeys } from '../attestation/play/open-token.js'

const CERTIFICATE_DIGEST = createHash('sha256').update('the certificate that signs the app').digest()

/** An app's settings that its genuine copies meet. */
export const ANDROID: AndroidSettings = {
  packageName: 'com.example.chat',
  certificateDigests: [CERTIFICATE_DIGEST.toString('hex')],
  requireStoreInstall: true,
  allowCompromisedDevices: false,
}

/** What a verdict answers. */
export interface PlayRequest {
  /** Base64url SHA-256 of `${challenge}.${installation}`. */
  readonly requestHash: string
  readonly nowMs: number
  /** A classic request, whose hash is the nonce. */
  readonly classic?: boolean
}

/** The verdict on a genuine copy of the app, from the store, on a genuine device. */
export function playVerdict({ requestHash, nowMs, classic = false }: PlayRequest) {
  return {
    requestDetails: {
      requestPackageName: ANDROID.packageName,
      timestampMillis: String(nowMs),
      // Google pads the nonce.
      ...(classic ? { nonce: `${requestHash}=` } : { requestHash }),
    },
    appIntegrity: {
      appRecognitionVerdict: 'PLAY_RECOGNIZED',
      packageName: ANDROID.packageName,
      certificateSha256Digest: [CERTIFICATE_DIGEST.toString('base64url')],
      versionCode: '42',
    },
    deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
    accountDetails: { appLicensingVerdict: 'LICENSED' },
  }
}

/** Response keys of an app, with the one that Google alone has. `shown` can be put as its credential. */
export interface TestResponseKeys {
  /** As the Play Console shows them. */
  readonly shown: { readonly decryptionKey: string; readonly verificationKey: string }
  readonly signingKey: KeyObject
}

/** The keys as they come back from the vault. */
export function openedKeys({ shown }: TestResponseKeys): ResponseKeys {
  return {
    decryptionKey: createSecretKey(shown.decryptionKey, 'base64'),
    verificationKey: createPublicKey({ key: shown.verificationKey, encoding: 'base64', format: 'der', type: 'spki' }),
  }
}

export function makeResponseKeys(): TestResponseKeys {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const verificationKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  return { shown: { decryptionKey: randomBytes(32).toString('base64'), verificationKey }, signingKey: privateKey }
}

/** A classic token, as Google Play on a device returns it. */
export async function classicToken(verdict: unknown, { shown, signingKey }: TestResponseKeys): Promise<string> {
  const jws = await new CompactSign(Buffer.from(JSON.stringify(verdict)))
    .setProtectedHeader({ alg: 'ES256' })
    .sign(signingKey)
  return new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
    .encrypt(createSecretKey(shown.decryptionKey, 'base64'))
}
