import { z } from 'zod'

/**
 * An app's session: `pma_ses_` and a compact JWS, EdDSA, with this `typ`. An app buys it with an attestation or a debug
 * token; proxies verify it locally.
 */
export const SESSION_TYP = 'pma-session+jwt'

/** Below the feed's window of 20 minutes (WINDOW). */
export const SESSION_LIFE_MS_MAX = 10 * 60_000

/** What a session can be bought with. A proxy that does not know one refuses its sessions: upgrade proxies first. */
export const ATTESTATIONS = ['debug', 'app-attest', 'play-integrity', 'app-check'] as const
export type Attestation = (typeof ATTESTATIONS)[number]

export const AppSessionClaims = z.strictObject({
  /** Installation id. */
  iss: z.string().min(1),
  /** The session's own id, for revocation and the access log. */
  jti: z.string().min(1),
  org: z.string().min(1),
  app: z.string().min(1),
  dvc: z.string().min(1),
  /** Generation of the device when the session was made: revoking the device raises its floor above this. */
  dgn: z.number().int().positive(),
  att: z.enum(ATTESTATIONS),
  /** Unix seconds, with a fraction. */
  iat: z.number(),
  exp: z.number(),
})
export type AppSessionClaims = z.output<typeof AppSessionClaims>

/**
 * The session of a test call, with this `typ`. Management makes it for one person and one service, sends one request
 * with it and gives it to nobody. It names no app, device or link.
 */
export const TEST_SESSION_TYP = 'pma-test-session+jwt'

export const TEST_SESSION_LIFE_MS = 30_000

export const TestSessionClaims = z.strictObject({
  iss: z.string().min(1),
  /** Recorded with the request and in the audit trail. */
  jti: z.string().min(1),
  org: z.string().min(1),
  /** The one service that the session is for. */
  svc: z.string().min(1),
  /** The person who tests; takes the place of an app's id in limits, grants and the access log. */
  usr: z.string().startsWith('usr_'),
  iat: z.number(),
  exp: z.number(),
})
export type TestSessionClaims = z.output<typeof TestSessionClaims>
