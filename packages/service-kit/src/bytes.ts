/**
 * Joins fields so that no two lists yield the same bytes: each field is preceded by its length in bytes (uint32,
 * big-endian). ('ab', 'c') and ('a', 'bc') must never share associated data, a cache key or a digest.
 */
export function joinInjectively(fields: readonly (string | Uint8Array)[]): Buffer {
  // Lengths first, then one buffer for everything, because several of these are made for each lease.
  const lengths = fields.map((field) => (typeof field === 'string' ? Buffer.byteLength(field) : field.length))
  const joined = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + UINT32_BYTES + length, 0))
  let at = 0
  fields.forEach((field, index) => {
    const length = lengths[index] ?? 0
    at = joined.writeUInt32BE(length, at)
    if (typeof field === 'string') joined.write(field, at, 'utf8')
    else joined.set(field, at)
    at += length
  })
  return joined
}

const UINT32_BYTES = 4

/** Big-endian. Throws a RangeError outside 0 … 2^32 − 1. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(UINT32_BYTES)
  bytes.writeUInt32BE(value)
  return bytes
}
