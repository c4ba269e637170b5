/**
 * Joins fields so that no two lists give the same bytes: each is preceded by its length in bytes (uint32, big-endian).
 * ('ab', 'c') and ('a', 'bc') must never share associated data, a cache key or a digest.
 */
export function joinInjectively(fields: readonly (string | Uint8Array)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field
    return [uint32(bytes.length), bytes]
  })
  return Buffer.concat(parts)
}

/** Big-endian. Throws a RangeError outside 0 … 2^32 − 1. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
