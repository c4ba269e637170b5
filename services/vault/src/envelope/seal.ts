import { randomBytes, timingSafeEqual } from 'node:crypto'
import { aesGcmOpen, aesGcmSeal, KEY_BYTES, NONCE_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { hkdfExpand, hkdfExtract } from '@protectmyapi/service-kit/crypto/hkdf'
import {
  COMMITMENT_BYTES,
  type Envelope,
  parseEnvelope,
  SALT_BYTES,
  SUITE,
  sealBroken,
  serializeEnvelope,
} from './envelope.js'
import { associatedData, type SealContext } from './seal-context.js'

/** A data key in clear, with its id and version. */
export interface DataKey {
  readonly keyId: string
  readonly keyVersion: number
  readonly bytes: Uint8Array
}

/** Labels that keep record keys and commitments derived from one data key apart. Part of the format: never changed. */
const RECORD_KEY_INFO = 'protectmyapi/vault/1/record-key'
const COMMITMENT_INFO = 'protectmyapi/vault/1/commitment'

/** Seals a value under a record key that is derived for it and used once. */
export function seal(dataKey: DataKey, value: Uint8Array, context: SealContext): Buffer {
  const { keyId, keyVersion } = dataKey
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const { recordKey, commitment } = derive(dataKey.bytes, salt)
  try {
    const associated = associatedData(context, { suite: SUITE, keyId, keyVersion })
    const { ciphertext, tag } = aesGcmSeal(recordKey, nonce, value, associated)
    return serializeEnvelope({ suite: SUITE, keyId, keyVersion, salt, commitment, nonce, ciphertext, tag })
  } finally {
    recordKey.fill(0)
  }
}

/**
 * Opens an envelope under the data key that it names.
 *
 * @throws Fault SECRET_DECRYPTION_FAILED, the same for a wrong key, a wrong context and altered bytes.
 */
export function open(dataKey: Uint8Array, sealed: Envelope | Uint8Array, context: SealContext): Buffer {
  const envelope = sealed instanceof Uint8Array ? parseEnvelope(sealed) : sealed
  const { recordKey, commitment } = derive(dataKey, envelope.salt)
  try {
    // Compared before opening: GCM alone lets one ciphertext open under two keys that an attacker chose together.
    const isCommitted = timingSafeEqual(commitment, envelope.commitment)
    // Decrypted even if the commitment does not match, and then discarded: a refusal costs the same whichever bytes
    // were altered.
    const value = aesGcmOpen(recordKey, envelope.nonce, envelope, associatedData(context, envelope))
    if (isCommitted) return value
    value.fill(0)
    throw sealBroken()
  } catch {
    throw sealBroken()
  } finally {
    recordKey.fill(0)
  }
}

function derive(dataKey: Uint8Array, salt: Uint8Array): { recordKey: Buffer; commitment: Buffer } {
  if (dataKey.length !== KEY_BYTES) throw new Error('a data key of another length')
  const extracted = hkdfExtract(dataKey, salt)
  try {
    return {
      recordKey: hkdfExpand(extracted, RECORD_KEY_INFO, KEY_BYTES),
      commitment: hkdfExpand(extracted, COMMITMENT_INFO, COMMITMENT_BYTES),
    }
  } finally {
    extracted.fill(0)
  }
}
