import { z } from 'zod'

/**
 * A route's grant: management's statement that one proxy, known by its certificate, may lease exactly these versions
 * for this app and service. A compact JWS (RFC 7515), EdDSA, with this `typ`, so that no session token passes for a
 * grant. Its `kid` is the version id under which the vault pinned the signing key's public half.
 */
export const GRANT_TYP = 'pma-grant+jwt'

/** No grant, and therefore no lease, lives longer. Well below the feed's window of 20 minutes (WINDOW). */
export const GRANT_LIFE_MS_MAX = 5 * 60_000

/** Maximum number of secrets in one grant. */
export const GRANT_SECRETS_MAX = 32

/** Claims of every grant. */
const Granted = {
  /** URI SAN of the caller that may use the grant. */
  sub: z.string().min(1),
  /** RFC 8705: thumbprint of the certificate that has to present the grant. */
  cnf: z.strictObject({ 'x5t#S256': z.string().length(43) }),
  org: z.string().min(1),
  /** LABEL: version id and generation, both from the row that was read. */
  sec: z
    .array(z.strictObject({ id: z.string().min(1), ver: z.string().min(1), gen: z.number().int().positive() }))
    .max(GRANT_SECRETS_MAX),
  /** Unix seconds, with a fraction: when the rows behind the grant were read (READTIME). */
  iat: z.number(),
  exp: z.number(),
} as const

export const GrantClaims = z.strictObject({
  ...Granted,
  app: z.string().min(1),
  svc: z.string().min(1),
  /** Origins to which the service sends. A version that is bound to none of them is not leased. */
  ori: z.array(z.string().min(1)).min(1),
})
export type GrantClaims = z.output<typeof GrantClaims>

/**
 * An internal service's grant: the same statement for what is bound to the caller's own identity. It has another `typ`,
 * so that neither kind passes for the other.
 */
export const SERVICE_GRANT_TYP = 'pma-service-grant+jwt'

/**
 * No grant of an internal service, and therefore no lease by it, lives longer. Shorter than a proxy's, because an
 * internal service follows no feed, so that only this limit ends what it holds.
 */
export const SERVICE_GRANT_LIFE_MS_MAX = 60_000

/** Allowed difference between the clocks of management and vault; a grant from further in the future is refused. */
export const GRANT_SKEW_MS = 5_000

/**
 * How long after a moment on management's clock no internal service holds anything any more that was granted before
 * that moment.
 */
export const SERVICE_HOLD_MS_MAX = SERVICE_GRANT_LIFE_MS_MAX + GRANT_SKEW_MS

export const ServiceGrantClaims = z.strictObject({
  ...Granted,
  /** Id of the registration. */
  isv: z.string().min(1),
})
export type ServiceGrantClaims = z.output<typeof ServiceGrantClaims>
