import { createCipheriv, createDecipheriv } from 'node:crypto'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

export interface Sealed {
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/**
 * AES-256-GCM. The caller ensures that this key and nonce were never used together before.
 *
 * @throws Error for a key that is not 32 bytes long, or a nonce that is not 12 bytes long.
 */
export function aesGcmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Sealed {
  checkNonce(nonce)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associated)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

/** @throws Error if key, nonce, tag, ciphertext and associated data do not belong together. */
export function aesGcmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  { ciphertext, tag }: Sealed,
  associated: Uint8Array,
): Buffer {
  checkNonce(nonce)
  // Without the length Node would accept a tag of 4 bytes, which is forged in 2^32 tries.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associated)
  decipher.setAuthTag(tag)
  const unproven = decipher.update(ciphertext)
  try {
    decipher.final()
    return unproven
  } catch (cause) {
    unproven.fill(0)
    throw cause
  }
}

/** A nonce of another length would be hashed (NIST SP 800-38D, 7.1), and two nonces could collide. */
function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== NONCE_BYTES) throw new Error('a nonce of another length')
}
