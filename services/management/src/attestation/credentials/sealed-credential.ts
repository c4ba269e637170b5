import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { z } from 'zod'
import type { CheckedCredential } from './check-credential.js'

/** A credential as verifications use it. The keys are handles: they do not print, and OpenSSL clears their memory. */
export type OpenedCredential =
  | {
      readonly kind: 'response-keys'
      /** AES, 256 bits: for A256KW. */
      readonly decryptionKey: KeyObject
      /** P-256: for ES256. */
      readonly verificationKey: KeyObject
    }
  | {
      readonly kind: 'service-account'
      readonly clientEmail: string
      /** RSA: for RS256. */
      readonly privateKey: KeyObject
    }

/** What is not secret stands first, as one line of JSON. It names the app, so that no row can lend it to another. */
const Head = z.discriminatedUnion('kind', [
  z.strictObject({ app: z.string(), kind: z.literal('response-keys'), verificationKey: z.base64() }),
  z.strictObject({ app: z.string(), kind: z.literal('service-account'), clientEmail: z.string() }),
])

const LINE_FEED = 0x0a

/** The bytes that the vault keeps: the line, then the secret key as it is, so that no string ever holds it. */
export function sealedForm(appId: string, credential: CheckedCredential): SecretBytes {
  const head: z.input<typeof Head> =
    credential.kind === 'response-keys'
      ? { app: appId, kind: credential.kind, verificationKey: credential.verificationKey.toString('base64') }
      : { app: appId, kind: credential.kind, clientEmail: credential.identity }
  return new SecretBytes(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), credential.secret.reveal()]))
}

/** @throws Fault SECRET_DECRYPTION_FAILED for other bytes, and for those of another app. */
export function openCredential(appId: string, bytes: Buffer): OpenedCredential {
  try {
    return read(appId, bytes)
  } catch {
    // The reason is dropped, because parsers quote what they cannot read.
    throw new Fault(
      'SECRET_DECRYPTION_FAILED',
      `the vault holds no attestation credential of ${appId} under its version`,
    )
  }
}

function read(appId: string, bytes: Buffer): OpenedCredential {
  const end = bytes.indexOf(LINE_FEED)
  const head = Head.parse(JSON.parse(bytes.subarray(0, end).toString('utf8')))
  if (head.app !== appId) throw new Error('a credential of another app')
  const secret = bytes.subarray(end + 1)
  if (head.kind === 'service-account') {
    const privateKey = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' })
    return { kind: head.kind, clientEmail: head.clientEmail, privateKey }
  }
  const verificationKey = createPublicKey({
    key: Buffer.from(head.verificationKey, 'base64'),
    format: 'der',
    type: 'spki',
  })
  return { kind: head.kind, decryptionKey: createSecretKey(secret), verificationKey }
}
