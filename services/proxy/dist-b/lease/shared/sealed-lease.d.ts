import type { LeaseKeyId } from '../vault-leases.js'
/**
 * A lease as it stands in Redis, in bytes:
 *
 *     magic "PMAL" | format u8 | data key id: length u8, ASCII | data key version u32 | hour u32 | not after u48
 *       | salt 32 | nonce 12 | ciphertext | tag 16
 *
 * Numbers are big-endian. What stands before the salt is associated data of the seal, together with what the reader
 * knows from elsewhere: organisation, secret, version id and generation are not in it.
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
export declare const SALT_BYTES = 32
/** Undefined where it is out of the bounds within which it is read back: then it is not shared, and nothing fails. */
export declare function serializeSealedLease(sealed: SealedLease): Buffer | undefined
/** Undefined for anything that `serializeSealedLease` does not write: anyone may write to Redis. */
export declare function parseSealedLease(bytes: Buffer): SealedLease | undefined
