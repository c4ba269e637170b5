import { type KeyObject, verify } from 'node:crypto'

/**
 * Whether this is the signature of these bytes by this key (RFC 8032, section 5.1.7). False for every key of another
 * kind.
 */
export function isEd25519Signature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  // Without a named digest `verify` would choose one by the kind of key.
  return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature)
}
