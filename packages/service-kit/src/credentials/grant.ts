import { z } from 'zod'

/**
 * A route's grant: management's word that one proxy, known by its certificate, may lease exactly these versions for this app
 * and service. A compact JWS (RFC 7515), EdDSA, with this `typ`, so that no session token passes for one. Its `kid` is
 * the version id under which the vault pinned the signing key's public half.
 */
export const GRANT_TYP = 'pma-grant+jwt'

/** No grant, and so no lease, lives longer. Well below the feed's window of 20 minutes (WINDOW). */
export const GRANT_LIFE_MS_MAX = 5 * 60_000

/** Secrets in one grant. */
export const GRANT_SECRETS_MAX = 32

/** What every grant says. */
const Granted = {
  /** URI SAN of the one who may use it. */
  sub: z.string().min(1),
  /** RFC 8705: thumbprint of the certificate that must present it. */
  cnf: z.strictObject({ 'x5t#S256': z.string().length(43) }),
  org: z.string().min(1),
  /** LABEL: version id and generation, both from the row that was read. */
  sec: z
    .array(z.strictObject({ id: z.string().min(1), ver: z.string().min(1), gen: z.number().int().positive() }))
    .max(GRANT_SECRETS_MAX),
  /** Unix seconds, with a fraction: when the rows it rests on were read (READTIME). */
  iat: z.number(),
  exp: z.number(),
} as const

export const GrantClaims = z.strictObject({
  ...Granted,
  app: z.string().min(1),
  svc: z.string().min(1),
  /** Where the service sends. A version that is bound to none of these is not leased. */
  ori: z.array(z.string().min(1)).min(1),
})
export type GrantClaims = z.output<typeof GrantClaims>

/**
 * A grant of an internal service: the same word, for what is bound to the caller's own identity. Of another `typ`, so
 * that neither kind passes for the other.
 */
export const SERVICE_GRANT_TYP = 'pma-service-grant+jwt'

/**
 * No internal service's grant, and so no lease of one, lives longer. Shorter than a proxy's: an internal service follows
 * no feed, and this is all that ends what it holds.
 */
export const SERVICE_GRANT_LIFE_MS_MAX = 60_000

/** How far apart clocks of management and vault may be; a grant that seems younger than this is not taken. */
export const GRANT_SKEW_MS = 5_000

/**
 * What was granted to internal services before a moment on management's clock, none of them holds any more this long
 * after it.
 */
export const SERVICE_HOLD_MS_MAX = SERVICE_GRANT_LIFE_MS_MAX + GRANT_SKEW_MS

export const ServiceGrantClaims = z.strictObject({
  ...Granted,
  /** Id of the registration. */
  isv: z.string().min(1),
})
export type ServiceGrantClaims = z.output<typeof ServiceGrantClaims>
