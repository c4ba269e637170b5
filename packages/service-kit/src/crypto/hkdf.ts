import { createHmac } from 'node:crypto'

const HASH_BYTES = 64
/** The block counter is one byte (RFC 5869, 2.3). */
const BLOCKS_MAX = 255

/*
 * Two HMAC calls of Node instead of `hkdfSync`, which creates a job and a key object each time, at more cost than the
 * hashing, and extracts again for each key of the same two inputs.
 */

/** HKDF-SHA-512 (RFC 5869), extract and expand. @throws RangeError above 255 × 64 bytes. */
export function hkdfSha512(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number): Buffer {
  const pseudorandomKey = hkdfExtract(inputKey, salt)
  try {
    return hkdfExpand(pseudorandomKey, info, bytes)
  } finally {
    pseudorandomKey.fill(0)
  }
}

/** The first step alone, for callers that expand to several keys. The caller owns the bytes and zeroes them. */
export function hkdfExtract(inputKey: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha512', salt).update(inputKey).digest()
}

/** The second step alone. @throws RangeError above 255 × 64 bytes. */
export function hkdfExpand(pseudorandomKey: Uint8Array, info: Uint8Array | string, bytes: number): Buffer {
  const blocks = Math.ceil(bytes / HASH_BYTES)
  if (blocks > BLOCKS_MAX) throw new RangeError('HKDF gives no more than 255 blocks')
  const expanded = Buffer.alloc(blocks * HASH_BYTES)
  let block: Buffer = Buffer.alloc(0)
  for (let count = 1; count <= blocks; count += 1) {
    const next = createHmac('sha512', pseudorandomKey).update(block).update(info).update(Buffer.of(count)).digest()
    block.fill(0)
    next.copy(expanded, (count - 1) * HASH_BYTES)
    block = next
  }
  block.fill(0)
  expanded.fill(0, bytes)
  return expanded.subarray(0, bytes)
}
