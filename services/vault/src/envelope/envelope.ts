import { NONCE_BYTES, TAG_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { Fault } from '@protectmyapi/service-kit/faults'

/**
 * The bytes of a stored version:
 *
 *     magic "PMAV" | suite u8 | key id: length u8, ASCII | key version u32 | salt 32 | commitment 32 | nonce 12
 *       | ciphertext | tag 16
 *
 * Numbers are big-endian. Only the ciphertext has a free length, so its end follows from the length of the whole.
 */
export interface Envelope {
  readonly suite: number
  readonly keyId: string
  readonly keyVersion: number
  readonly salt: Buffer
  readonly commitment: Buffer
  readonly nonce: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/** HKDF-SHA-512 with AES-256-GCM. The only suite so far. */
export const SUITE = 1
export const SALT_BYTES = 32
export const COMMITMENT_BYTES = 32
const MAGIC = Buffer.from('PMAV')

const LIMITS = {
  /** Ids are 30 characters; the length field is one byte. */
  keyIdBytesMax: 64,
  /** A secret's value is at most 64 KiB, and GCM adds only the tag. */
  ciphertextBytesMax: 64 * 1024,
} as const

const KEY_ID = /^[A-Za-z0-9_-]+$/

/**
 * The one refusal for bytes that were not sealed here, whatever is wrong with them. An attacker who can alter stored
 * bytes must not learn from the answer how close an attempt came.
 */
export function sealBroken(): Fault {
  return new Fault('SECRET_DECRYPTION_FAILED', 'a sealed version did not authenticate')
}

export function serializeEnvelope(envelope: Envelope): Buffer {
  const keyId = Buffer.from(envelope.keyId)
  if (!KEY_ID.test(envelope.keyId) || keyId.length > LIMITS.keyIdBytesMax) throw new Error('key id out of bounds')
  const keyVersion = Buffer.alloc(4)
  keyVersion.writeUInt32BE(envelope.keyVersion)
  const head = Buffer.from([envelope.suite, keyId.length])
  const { salt, commitment, nonce, ciphertext, tag } = envelope
  return Buffer.concat([MAGIC, head, keyId, keyVersion, salt, commitment, nonce, ciphertext, tag])
}

/** @throws Fault SECRET_DECRYPTION_FAILED for anything that `serializeEnvelope` does not write. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const read = reader(bytes)
  if (!read.take(MAGIC.length).equals(MAGIC)) throw sealBroken()
  const suite = read.take(1).readUInt8()
  if (suite !== SUITE) throw sealBroken()
  const keyIdBytes = read.take(1).readUInt8()
  if (keyIdBytes > LIMITS.keyIdBytesMax) throw sealBroken()
  const keyId = read.take(keyIdBytes).toString('latin1')
  if (!KEY_ID.test(keyId)) throw sealBroken()
  const keyVersion = read.take(4).readUInt32BE()
  const salt = read.take(SALT_BYTES)
  const commitment = read.take(COMMITMENT_BYTES)
  const nonce = read.take(NONCE_BYTES)
  const ciphertextBytes = read.left() - TAG_BYTES
  if (ciphertextBytes < 1 || ciphertextBytes > LIMITS.ciphertextBytesMax) throw sealBroken()
  return {
    suite,
    keyId,
    keyVersion,
    salt,
    commitment,
    nonce,
    ciphertext: read.take(ciphertextBytes),
    tag: read.take(TAG_BYTES),
  }
}

/** Returns the next bytes, and refuses if there are too few: `subarray` alone would silently return fewer. */
function reader(bytes: Uint8Array): { take(count: number): Buffer; left(): number } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  return {
    take(count) {
      if (count > all.length - at) throw sealBroken()
      at += count
      return all.subarray(at - count, at)
    },
    left: () => all.length - at,
  }
}
