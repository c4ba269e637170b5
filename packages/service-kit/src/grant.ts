import { z } from 'zod'

/**
 * A grant: management's word that one proxy, known by its certificate, may lease exactly these versions for this app
 * and service. A compact JWS (RFC 7515), EdDSA, with this `typ`, so that no session token passes for one. Its `kid` is
 * the version id under which the vault pinned the signing key's public half.
 */
export const GRANT_TYP = 'pma-grant+jwt'

/** No grant, and so no lease, lives longer. Well below the feed's window of 20 minutes (WINDOW). */
export const GRANT_LIFE_MS_MAX = 5 * 60_000

/** Secrets in one grant. */
export const GRANT_SECRETS_MAX = 32

export const GrantClaims = z.strictObject({
  /** URI SAN of the one who may use it. */
  sub: z.string().min(1),
  /** RFC 8705: thumbprint of the certificate that must present it. */
  cnf: z.strictObject({ 'x5t#S256': z.string().length(43) }),
  org: z.string().min(1),
  app: z.string().min(1),
  svc: z.string().min(1),
  /** LABEL: version id and generation, both from the row that was read. */
  sec: z
    .array(z.strictObject({ id: z.string().min(1), ver: z.string().min(1), gen: z.number().int().positive() }))
    .max(GRANT_SECRETS_MAX),
  /** Where the service sends. A version that is bound to none of these is not leased. */
  ori: z.array(z.string().min(1)).min(1),
  /** Unix seconds, with a fraction: when the rows it rests on were read (READTIME). */
  iat: z.number(),
  exp: z.number(),
})
export type GrantClaims = z.output<typeof GrantClaims>
