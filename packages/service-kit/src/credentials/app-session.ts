import { z } from 'zod'

/**
 * An app's session: `pma_ses_` and a compact JWS, EdDSA, with this `typ`. Bought with an attestation or a debug token,
 * verified by proxies locally.
 */
export const SESSION_TYP = 'pma-session+jwt'

/** Below the feed's window of 20 minutes (WINDOW). */
export const SESSION_LIFE_MS_MAX = 10 * 60_000

export const AppSessionClaims = z.strictObject({
  /** Installation id. */
  iss: z.string().min(1),
  /** The session's own id, for revocation and the record. */
  jti: z.string().min(1),
  org: z.string().min(1),
  app: z.string().min(1),
  dvc: z.string().min(1),
  /** Generation of the device when the session was made: a revoked device's floor is above it. */
  dgn: z.number().int().positive(),
  /** How it was bought. */
  att: z.enum(['debug']),
  /** Unix seconds, with a fraction. */
  iat: z.number(),
  exp: z.number(),
})
export type AppSessionClaims = z.output<typeof AppSessionClaims>

/**
 * A session of a test call, with this `typ`: management makes it for one person and one service, sends one request by it
 * and hands it to nobody. It names no app, device or link.
 */
export const TEST_SESSION_TYP = 'pma-test-session+jwt'

export const TEST_SESSION_LIFE_MS = 30_000

export const TestSessionClaims = z.strictObject({
  iss: z.string().min(1),
  /** On record with the request, and in the audit trail. */
  jti: z.string().min(1),
  org: z.string().min(1),
  /** The one service that it is for. */
  svc: z.string().min(1),
  /** Who tests: stands where an app's id stands otherwise, in limits, grants and the record. */
  usr: z.string().startsWith('usr_'),
  iat: z.number(),
  exp: z.number(),
})
export type TestSessionClaims = z.output<typeof TestSessionClaims>
