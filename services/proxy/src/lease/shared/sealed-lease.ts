import { uint32 } from '@protectmyapi/service-kit/bytes'
import { NONCE_BYTES, TAG_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import type { LeaseKeyId } from '../vault-leases.js'

/**
 * A lease as it stands in Redis, in bytes:
 *
 *     magic "PMAL" | format u8 | data key id: length u8, ASCII | data key version u32 | hour u32 | not after u48
 *       | salt 32 | nonce 12 | ciphertext | tag 16
 *
 * Numbers are big-endian. The fields before the salt are associated data of the seal, together with what the reader
 * knows from its grant: organization, secret, version id and generation, which are not in these bytes.
 */
export interface SealedLease {
  readonly keyId: LeaseKeyId
  /** RTTL: Unix milliseconds, absolute. */
  readonly notAfterMs: number
  readonly salt: Buffer
  readonly nonce: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

export const SALT_BYTES = 32
const MAGIC = Buffer.from('PMAL', 'ascii')
const FORMAT = 1
const TIME_BYTES = 6
/** The bytes besides the data key id and the ciphertext. */
const FIXED_BYTES = MAGIC.length + 2 + 8 + TIME_BYTES + SALT_BYTES + NONCE_BYTES + TAG_BYTES

const LIMITS = {
  /** Ids are 30 characters; the length is one byte. */
  keyIdBytesMax: 64,
  /** A value of 64 KiB, and the JSON of 48 bindings of 256 bytes with their names. */
  ciphertextBytesMax: 96 * 1024,
} as const

/** Anything longer is not a lease. */
export const SEALED_LEASE_BYTES_MAX = FIXED_BYTES + LIMITS.keyIdBytesMax + LIMITS.ciphertextBytesMax

const KEY_ID = /^[A-Za-z0-9_-]+$/

/** Undefined where it exceeds the bounds within which it is read back: then it is not shared, and nothing fails. */
export function serializeSealedLease(sealed: SealedLease): Buffer | undefined {
  const { keyId, notAfterMs, salt, nonce, ciphertext, tag } = sealed
  const name = Buffer.from(keyId.dataKeyId, 'ascii')
  const fits = name.length <= LIMITS.keyIdBytesMax && ciphertext.length <= LIMITS.ciphertextBytesMax
  const counts = [keyId.dataKeyVersion, keyId.hour].every((count) => isUnsigned(count, 4))
  if (!fits || !counts || !isUnsigned(notAfterMs, TIME_BYTES) || !KEY_ID.test(keyId.dataKeyId)) return undefined
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(notAfterMs, 0, TIME_BYTES)
  const key = [Buffer.from([FORMAT, name.length]), name, uint32(keyId.dataKeyVersion), uint32(keyId.hour)]
  return Buffer.concat([MAGIC, ...key, time, salt, nonce, ciphertext, tag])
}

function isUnsigned(value: number, bytes: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 256 ** bytes
}

/** Undefined for anything that `serializeSealedLease` does not write, because anyone may write to Redis. */
export function parseSealedLease(bytes: Buffer): SealedLease | undefined {
  if (bytes.length < FIXED_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  let at = MAGIC.length
  const take = (count: number): Buffer => {
    at += count
    return bytes.subarray(at - count, at)
  }
  const format = take(1).readUInt8()
  const nameBytes = take(1).readUInt8()
  // Checks the length before the rest is taken, because `subarray` returns fewer bytes without an error.
  const ciphertextBytes = bytes.length - FIXED_BYTES - nameBytes
  const fits = nameBytes <= LIMITS.keyIdBytesMax && ciphertextBytes > 0 && ciphertextBytes <= LIMITS.ciphertextBytesMax
  if (format !== FORMAT || !fits) return undefined
  const dataKeyId = take(nameBytes).toString('latin1')
  if (!KEY_ID.test(dataKeyId)) return undefined
  return {
    keyId: { dataKeyId, dataKeyVersion: take(4).readUInt32BE(), hour: take(4).readUInt32BE() },
    notAfterMs: take(TIME_BYTES).readUIntBE(0, TIME_BYTES),
    salt: take(SALT_BYTES),
    nonce: take(NONCE_BYTES),
    ciphertext: take(ciphertextBytes),
    tag: take(TAG_BYTES),
  }
}
