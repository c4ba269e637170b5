/** What can be encoded. */
export type Cbor = number | string | Buffer | Cbor[] | Map<string, Cbor>

/** CBOR in its shortest form; maps keep their order. */
export function encodeCbor(item: Cbor): Buffer {
  if (typeof item === 'number') return item < 0 ? head(1, -1 - item) : head(0, item)
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)])
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item])
  if (Array.isArray(item)) return Buffer.concat([head(4, item.length), ...item.map(encodeCbor)])
  return Buffer.concat([head(5, item.size), ...[...item].flat().map(encodeCbor)])
}

/** RFC 8949 § 3. */
function head(major: number, argument: number): Buffer {
  const [low, bytes] =
    argument < 24 ? [argument, 0] : argument < 2 ** 8 ? [24, 1] : argument < 2 ** 16 ? [25, 2] : [26, 4]
  const encoded = Buffer.alloc(1 + bytes)
  encoded.writeUInt8((major << 5) | low)
  if (bytes > 0) encoded.writeUIntBE(argument, 1, bytes)
  return encoded
}
