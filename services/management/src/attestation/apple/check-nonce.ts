import type { X509Certificate } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { type Element, extensionsWith } from '@protectmyapi/service-kit/x509/der'

/** 1.2.840.113635.100.8.2: what Apple certified the key for. */
const NONCE_EXTENSION = Buffer.from('2a864886f763640802', 'hex')

const SEQUENCE = 0x30
/** An octet string of 32 bytes in the context tag 1, inside the sequence. */
const NONCE_HEAD = Buffer.from('a1220420', 'hex')

/**
 * Requires that Apple certified the key for this nonce: one extension, in the one encoding that Apple uses.
 *
 * @throws Fault ATTESTATION_FAILED.
 */
export function checkNonce(leaf: X509Certificate, nonce: Buffer): void {
  const [value, ...others] = nonceExtensions(leaf)
  if (!value || others.length > 0) throw new Fault('ATTESTATION_FAILED', 'the leaf has not one nonce')
  if (value.tag === SEQUENCE && value.content.equals(Buffer.concat([NONCE_HEAD, nonce]))) return
  throw new Fault('ATTESTATION_FAILED', 'the leaf has another nonce', {
    say: 'The attestation was made for another challenge. Ask for a challenge, and attest the SHA-256 of its UTF-8 bytes as clientDataHash.',
  })
}

function nonceExtensions(leaf: X509Certificate): readonly Element[] {
  try {
    return extensionsWith(NONCE_EXTENSION, leaf.raw)
  } catch (cause) {
    throw new Fault('ATTESTATION_FAILED', 'the leaf is not DER', { cause })
  }
}
