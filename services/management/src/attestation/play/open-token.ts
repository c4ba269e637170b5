import type { KeyObject } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { compactDecrypt, compactVerify, errors } from 'jose'
import type { OpenedCredential } from '../credentials/sealed-credential.js'

/** Of a token, in characters. Google's are below 4 KiB. */
export const PLAY_TOKEN_CHARS_MAX = 16 * 1024

/** Of an app whose owner manages its keys, instead of Google. */
export type ResponseKeys = Pick<
  Extract<OpenedCredential, { kind: 'response-keys' }>,
  'decryptionKey' | 'verificationKey'
>

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Opens a classic token with the app's own keys and returns the verdict in it, of which nothing is checked yet. A
 * standard token has another form and is decoded by Google alone.
 *
 * @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED.
 */
export async function openPlayToken(token: string, { decryptionKey, verificationKey }: ResponseKeys): Promise<unknown> {
  if (token.length > PLAY_TOKEN_CHARS_MAX) throw new Fault('INVALID_ATTESTATION', 'play: longer than any token')
  const payload = await verifySignature(await decrypt(token, decryptionKey), verificationKey)
  try {
    return JSON.parse(UTF8.decode(payload))
  } catch (cause) {
    throw new Fault('INVALID_ATTESTATION', 'play: the token holds no JSON', { cause })
  }
}

/** The outer layer, RFC 7516. One algorithm, and nothing is inflated. @throws Fault as openPlayToken. */
export async function decrypt(jwe: string, key: KeyObject): Promise<Uint8Array> {
  const { plaintext } = await compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ['A256KW'],
    contentEncryptionAlgorithms: ['A256GCM'],
    maxDecompressedLength: 0,
  }).catch((cause: unknown) => {
    throw refusal(cause, 'decrypt', 'decryptionKey')
  })
  return plaintext
}

/**
 * The inner layer, RFC 7515. Decryption alone proves nothing: whoever has the decryption key can encrypt.
 *
 * @throws Fault as openPlayToken.
 */
export async function verifySignature(jws: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] }).catch((cause: unknown) => {
    throw refusal(cause, 'verify', 'verificationKey')
  })
  return payload
}

const NO_CLASSIC_ONE =
  'Response keys open tokens of classic requests alone, and this is none. Make a classic request, or have an owner or admin give the app a service account instead of its response keys, for standard requests.'

function refusal(cause: unknown, step: string, key: keyof ResponseKeys): Fault {
  if (cause instanceof errors.JWEInvalid || cause instanceof errors.JWSInvalid)
    return new Fault('INVALID_ATTESTATION', `play: the token is no classic one: ${step}`, {
      say: NO_CLASSIC_ONE,
      cause,
    })
  return new Fault('ATTESTATION_FAILED', `play: the token does not ${step}`, {
    say: `The Play Integrity token does not open with the app’s response keys. Check that they are the ones of this app in the Play Console (${key}), and make a new token against a fresh challenge.`,
    cause,
  })
}
