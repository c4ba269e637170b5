import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'

/** A secret in clear, lent for a while. */
export interface Lease {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  /** The receiver wipes it. */
  readonly value: SecretBytes
  readonly bindings: Bindings
  readonly life: LeaseLife
}

export interface LeaseLife {
  /** Unix time in milliseconds. */
  readonly notAfterMs: number
  /** The same in milliseconds, counted from before the read. */
  readonly lifeMs: number
}

/** No lease lives longer, whatever its grant says. It is shorter than the feed's window of 20 minutes (WINDOW). */
const LEASE_LIFE_MS_MAX = 5 * 60_000

/**
 * READTIME: counted from before the read on which the lease rests. CAP: never past the grant.
 *
 * @param readMs wall clock, before the transaction began.
 * @param lifeMsMax the limit for this kind of grant; lower if its holder follows no feed.
 */
export function leaseLife(
  readMs: number,
  grantExpiresMs: number = readMs + GRANT_LIFE_MS_MAX,
  lifeMsMax: number = LEASE_LIFE_MS_MAX,
): LeaseLife {
  const notAfterMs = Math.floor(Math.min(readMs + LEASE_LIFE_MS_MAX, readMs + lifeMsMax, grantExpiresMs))
  return { notAfterMs, lifeMs: Math.max(0, Math.floor(notAfterMs - readMs)) }
}
