import { createHash, createPublicKey, verify } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { bundleIdOf } from './app-id.js'
import { checkExtensions, readAuthenticatorData } from './authenticator-data.js'
import { bytesOf, readCborMap } from './cbor.js'

export interface GivenAssertion {
  /** As `generateAssertion` returned it. */
  readonly assertion: Buffer
  /** SHA-256 of the challenge that was issued: made here, never taken from the app. */
  readonly clientDataHash: Buffer
}

/** A key as it was registered. */
export interface RegisteredKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly bundleId: string
  /** The highest counter that was accepted; 0 before the first assertion. */
  readonly counter: number
}

/**
 * Verifies that a registered key has signed the challenge. The caller stores the returned counter where the stored one
 * is still below it: two assertions may be verified at once.
 *
 * @throws Fault INVALID_ATTESTATION for what cannot be read, ATTESTATION_FAILED for everything else.
 */
export function verifyAppleAssertion(
  { assertion, clientDataHash }: GivenAssertion,
  key: RegisteredKey,
  teamId: string,
): { readonly counter: number } {
  const given = readCborMap(assertion)
  const signature = bytesOf(given.get('signature'))
  const data = bytesOf(given.get('authenticatorData'))
  const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
  const nonce = createHash('sha256').update(data).update(clientDataHash).digest()
  // The nonce is signed as a message, so it is hashed once more.
  if (!verify('sha256', nonce, publicKey, signature)) {
    throw new Fault('ATTESTATION_FAILED', 'the signature does not verify', {
      say: 'The assertion is not this key’s, or was made for another challenge. Ask for a challenge, and assert the SHA-256 of its UTF-8 bytes as clientDataHash.',
    })
  }
  const { rpIdHash, counter, behind } = readAuthenticatorData(data)
  bundleIdOf(rpIdHash, teamId, [key.bundleId])
  if (!(counter > key.counter)) {
    throw new Fault('ATTESTATION_FAILED', 'the counter did not rise', {
      say: 'A later assertion of this key was accepted before. Make a new one against a fresh challenge, one at a time.',
    })
  }
  checkExtensions(behind)
  return { counter }
}
