import { type KeyObject, verify } from 'node:crypto'

/** Is this the signature of these bytes by this key (RFC 8032, section 5.1.7)? By a key of another kind nothing is. */
export function isEd25519Signature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  // Without a named digest `verify` takes one by the kind of key.
  return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature)
}
