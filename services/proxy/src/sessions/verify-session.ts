import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  AppSessionClaims,
  SESSION_LIFE_MS_MAX,
  SESSION_TYP,
  TEST_SESSION_TYP,
  TestSessionClaims,
} from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { compactVerify, decodeProtectedHeader } from 'jose'
import type { z } from 'zod'
import type { Held } from '../freshness/held.js'
import { createHeldCache } from '../freshness/held-cache.js'
import type { Keeper } from '../freshness/keeper.js'
import type { Label } from '../freshness/label.js'
import type { SessionKey, SessionKeys } from './session-keys.js'

const LIMITS = {
  /** Verifications that are remembered, about a kilobyte each. */
  sessionsMax: 50_000,
  /** A session has a dozen short claims; longer text is not parsed. */
  tokenCharsMax: 4_096,
  /** How far this machine's clock and management's may differ. Counted into WINDOW. */
  clockSkewMs: 30_000,
  /** For one token, because its key may be replaced while the signature is checked. */
  openingsMax: 3,
} as const

type Claims = AppSessionClaims | TestSessionClaims
type ClaimsSchema = z.ZodType<Claims>

/** The requester, as stated by the session's own signed claims. */
export interface VerifiedSession {
  readonly organizationId: string
  /** For a test call, the person's id. */
  readonly appId: string
  /** Null for a test call. */
  readonly deviceId: string | null
  readonly sessionId: string
  /** For a test call: the one service that it is for. */
  readonly testOf: string | null
  readonly labels: Held['labels']
}

export interface SessionVerifier {
  /**
   * Verified before, and nothing that it rests on has fallen since.
   *
   * @throws Fault TOKEN_EXPIRED.
   */
  held(hash: string): VerifiedSession | undefined
  /** How many verifications are held. */
  size(): number
  /**
   * @param hash of the token: verifications are remembered by it.
   * @throws Fault INVALID_TOKEN, TOKEN_EXPIRED, or UNAVAILABLE where its key cannot be asked for.
   */
  verify(token: string, hash: string): Promise<VerifiedSession>
}

interface HeldSession extends Held {
  readonly session: VerifiedSession
  /** By the wall clock, skew included. */
  readonly endsAtMs: number
}

export function createSessionVerifier({
  keeper,
  clock,
  keys,
  sessionsMax = LIMITS.sessionsMax,
}: {
  keeper: Keeper
  clock: Clock
  keys: SessionKeys
  sessionsMax?: number
}): SessionVerifier {
  const cache = createHeldCache<HeldSession>(keeper, clock, { entriesMax: sessionsMax })

  async function verifyAnew(token: string, hash: string): Promise<VerifiedSession> {
    const { claims, key } = await openSession(token, keys, keeper)
    const endsAtMs = claims.exp * 1_000 + LIMITS.clockSkewMs
    if (claims.iat * 1_000 > clock.wallMs() + LIMITS.clockSkewMs) throw invalid('a session from the future')
    // WINDOW: a session with a longer life could outlive the floor that its revocation raised.
    if ((claims.exp - claims.iat) * 1_000 > SESSION_LIFE_MS_MAX) throw invalid('a session of too long a life')
    if (clock.wallMs() >= endsAtMs) throw expired()
    const session = sessionOf(claims, key)
    // FENCE: device, session or signing key was withdrawn.
    if (!keeper.accepts(session.labels)) throw invalid('a revoked session')
    const now = clock.monotonicMs()
    cache.set(hash, {
      session,
      endsAtMs,
      labels: session.labels,
      askedAt: now,
      notAfter: now + endsAtMs - clock.wallMs(),
      epoch: keeper.epoch(),
    })
    return session
  }

  function held(hash: string): VerifiedSession | undefined {
    const known = cache.get(hash)
    if (!known) return undefined
    if (clock.wallMs() >= known.endsAtMs) throw expired()
    return known.session
  }

  return { size: () => cache.size, held, verify: async (token, hash) => held(hash) ?? verifyAnew(token, hash) }
}

/** Signature first: nothing that a token says is believed before it verifies, not even that it has expired. */
async function openSession(
  token: string,
  keys: SessionKeys,
  keeper: Keeper,
): Promise<{ claims: Claims; key: SessionKey }> {
  if (token.length > LIMITS.tokenCharsMax || !token.startsWith(SESSION_PREFIX)) throw invalid('not a session token')
  const jws = token.slice(SESSION_PREFIX.length)
  const { kid, schema } = headerOf(jws)
  for (let opening = 1; opening <= LIMITS.openingsMax; opening += 1) {
    const key = await keys.find(kid)
    if (!key) throw invalid('signed by an unknown key')
    const claims = await verifiedClaims(jws, key, schema)
    // FENCE. Where the key was replaced as planned, only its label has fallen meanwhile, so it is found again.
    if (keeper.accepts([key.label])) return { claims, key }
  }
  throw new Fault('UNAVAILABLE', 'the signing key changed faster than a signature could be checked')
}

async function verifiedClaims(jws: string, { key, issuer }: SessionKey, schema: ClaimsSchema): Promise<Claims> {
  const payload = await compactVerify(jws, key, { algorithms: ['EdDSA'] }).then(
    (verified) => verified.payload,
    (cause: unknown) => {
      throw invalid('the signature does not verify', cause)
    },
  )
  const claims = schema.safeParse(parseJson(payload))
  if (!claims.success || claims.data.iss !== issuer) throw invalid('claims of another kind or issuer')
  return claims.data
}

/** The header is authenticated by the signature that is checked next; `typ` keeps grants from passing for sessions. */
function headerOf(jws: string): { kid: string; schema: ClaimsSchema } {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(jws)
    const schema = schemaOf(typ)
    if (alg === 'EdDSA' && schema && typeof kid === 'string') return { kid, schema }
  } catch (cause) {
    throw invalid('not a JWS', cause)
  }
  throw invalid('a JWS of another kind')
}

function schemaOf(typ: string | undefined): ClaimsSchema | undefined {
  if (typ === SESSION_TYP) return AppSessionClaims
  return typ === TEST_SESSION_TYP ? TestSessionClaims : undefined
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

function sessionOf(claims: Claims, { label }: SessionKey): VerifiedSession {
  const { org, jti } = claims
  const session: Label = { kind: 'FEED_KIND_SESSION', id: jti, generation: 1 }
  if ('svc' in claims) {
    const { usr, svc } = claims
    return {
      organizationId: org,
      appId: usr,
      deviceId: null,
      sessionId: jti,
      testOf: svc,
      labels: [session, label],
    }
  }
  const { app, dvc, dgn } = claims
  return {
    organizationId: org,
    appId: app,
    deviceId: dvc,
    sessionId: jti,
    testOf: null,
    labels: [{ kind: 'FEED_KIND_DEVICE', id: dvc, generation: dgn }, session, label],
  }
}

const invalid = (detail: string, cause?: unknown): Fault => new Fault('INVALID_TOKEN', detail, { cause })
const expired = (): Fault => new Fault('TOKEN_EXPIRED', 'the session has ended')
