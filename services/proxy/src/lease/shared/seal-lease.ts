import { randomBytes } from 'node:crypto'
import { joinInjectively, uint32 } from '@protectmyapi/service-kit/bytes'
import { aesGcmOpen, aesGcmSeal, KEY_BYTES, NONCE_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { hkdfSha512 } from '@protectmyapi/service-kit/crypto/hkdf'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { type Bindings, StoredBindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { GrantedSecret } from '../../routes/route.js'
import type { LeaseKeyId } from '../vault-leases.js'
import { SALT_BYTES, type SealedLease, serializeSealedLease } from './sealed-lease.js'

/** Identifies the lease by the grant of the proxy that seals or opens it (LABEL). Never read out of Redis. */
export interface SealedFor extends Pick<GrantedSecret, 'secretId' | 'versionId' | 'generation'> {
  readonly organizationId: string
}

interface Contents {
  readonly value: SecretBytes
  readonly bindings: Bindings
}

/** Both are part of the format: never changed. */
const PRODUCT = 'protectmyapi/proxy/1/sealed-lease'
const ENTRY_KEY_INFO = 'protectmyapi/proxy/1/sealed-lease-key'

/**
 * Seals one lease under an AES key of its own, derived from the lease key and a fresh salt. So nothing has to be
 * counted: under one key 2^32 random nonces would be safe (NIST SP 800-38D), and here each key is used with one.
 *
 * Undefined where the result would be too large to be read back.
 */
export function sealLease(
  leaseKey: { readonly id: LeaseKeyId; readonly bytes: SecretBytes },
  { value, bindings }: Contents,
  whose: SealedFor,
  notAfterMs: number,
): Buffer | undefined {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const json = Buffer.from(JSON.stringify(bindings), 'utf8')
  const plain = Buffer.concat([uint32(json.length), json, value.reveal()])
  const key = entryKey(leaseKey.bytes, salt)
  try {
    const head = { keyId: leaseKey.id, notAfterMs }
    return serializeSealedLease({ ...head, salt, nonce, ...aesGcmSeal(key, nonce, plain, associatedData(whose, head)) })
  } finally {
    key.fill(0)
    plain.fill(0)
  }
}

/** Opens it as exactly what the grant names. Undefined where it does not authenticate as that, for whatever reason. */
export function openLease(bytes: SecretBytes, sealed: SealedLease, whose: SealedFor): Contents | undefined {
  const key = entryKey(bytes, sealed.salt)
  let plain: Buffer | undefined
  try {
    plain = aesGcmOpen(key, sealed.nonce, sealed, associatedData(whose, sealed))
    const valueAt = 4 + plain.readUInt32BE()
    const bindings = StoredBindings.parse(JSON.parse(plain.toString('utf8', 4, valueAt)))
    return { bindings, value: new SecretBytes(Buffer.from(plain.subarray(valueAt))) }
  } catch {
    return undefined
  } finally {
    key.fill(0)
    plain?.fill(0)
  }
}

function entryKey(leaseKey: SecretBytes, salt: Buffer): Buffer {
  return hkdfSha512(leaseKey.reveal(), salt, ENTRY_KEY_INFO, KEY_BYTES)
}

/** Each field is preceded by its length. RTTL, LABEL: end and generation are included. */
function associatedData(
  { organizationId, secretId, versionId, generation }: SealedFor,
  { keyId, notAfterMs }: Pick<SealedLease, 'keyId' | 'notAfterMs'>,
): Buffer {
  return joinInjectively([
    PRODUCT,
    organizationId,
    secretId,
    versionId,
    String(generation),
    String(notAfterMs),
    keyId.dataKeyId,
    String(keyId.dataKeyVersion),
    String(keyId.hour),
  ])
}
