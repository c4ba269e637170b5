import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'

/** A secret in clear, lent for a while. */
export interface Lease {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  /** The receiver's own to wipe. */
  readonly value: SecretBytes
  readonly bindings: Bindings
  readonly life: LeaseLife
}

export interface LeaseLife {
  /** Unix time in milliseconds. */
  readonly notAfterMs: number
  /** The same, counted from before the read. */
  readonly lifeMs: number
}

/** No lease lives longer, whatever its grant says. Below the feed's window of 20 minutes (WINDOW). */
const LEASE_LIFE_MS_MAX = 5 * 60_000

/**
 * READTIME: counted from before the read that the lease rests on. CAP: never past the grant.
 *
 * @param readMs wall clock, before the transaction began.
 * @param lifeMsMax of this kind of grant: less where whoever holds it follows no feed.
 */
export function leaseLife(
  readMs: number,
  grantExpiresMs: number = readMs + GRANT_LIFE_MS_MAX,
  lifeMsMax: number = LEASE_LIFE_MS_MAX,
): LeaseLife {
  const notAfterMs = Math.floor(Math.min(readMs + LEASE_LIFE_MS_MAX, readMs + lifeMsMax, grantExpiresMs))
  return { notAfterMs, lifeMs: Math.max(0, Math.floor(notAfterMs - readMs)) }
}
