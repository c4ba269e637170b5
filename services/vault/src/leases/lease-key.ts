import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { KEY_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { hkdfSha512 } from '@protectmyapi/service-kit/crypto/hkdf'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { DataKeys } from '../keys/data-keys.js'

/**
 * The key under which proxies seal the leases that they share through Redis. There is one for each organization,
 * version of its data key and hour, and never one for all: a stolen proxy can open only shared leases of the
 * organizations that it serves, for an hour.
 */
export interface LeaseKey {
  readonly dataKeyId: string
  readonly dataKeyVersion: number
  /** Hours since the beginning of 1970, on this process's clock. */
  readonly hour: number
  /** The receiver wipes it. */
  readonly bytes: SecretBytes
  /** Milliseconds from the read to the end of the hour. */
  readonly sealsForMs: number
}

/**
 * Derives the lease key of the hour in which a lease was read. Undefined if its data key is not in memory: leases that
 * are ready do not wait for the KMS. They are not shared, and later ones find the key.
 */
export type DeriveLeaseKey = (dataKey: KeyRef, readMs: number) => LeaseKey | undefined

/**
 * Keeps lease keys apart from the record keys and commitments derived from the same data key. Proxies seal by it: never
 * changed.
 */
const PURPOSE = 'protectmyapi/vault/1/lease-key'
/**
 * A data key is uniformly random, so extraction needs no salt (RFC 5869, 3.1); without one every replica derives the
 * same key.
 */
const NO_SALT = Buffer.alloc(0)
const HOUR_MS = 3_600_000

export function leaseKeyDeriver({
  keys,
  installationId,
}: {
  keys: Pick<DataKeys, 'derived'>
  installationId: string
}): DeriveLeaseKey {
  return (ref, readMs) => {
    const { organizationId, keyId, keyVersion } = ref
    const hour = Math.floor(readMs / HOUR_MS)
    const bytes = keys.derived(ref, String(hour), (dataKey) => {
      const info = joinInjectively([PURPOSE, installationId, organizationId, keyId, String(keyVersion), String(hour)])
      return hkdfSha512(dataKey, NO_SALT, info, KEY_BYTES)
    })
    if (!bytes) return undefined
    const sealsForMs = Math.floor((hour + 1) * HOUR_MS - readMs)
    return { dataKeyId: keyId, dataKeyVersion: keyVersion, hour, bytes: new SecretBytes(bytes), sealsForMs }
  }
}
