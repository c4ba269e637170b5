import { hkdfSync } from 'node:crypto'

/** HKDF-SHA-512 (RFC 5869), extract and expand. @throws RangeError above 255 × 64 bytes. */
export function hkdfSha512(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha512', inputKey, salt, info, bytes))
}
