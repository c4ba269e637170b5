import { AppSessionClaims, SESSION_LIFE_MS_MAX, SESSION_TYP } from '@protectmyapi/service-kit/app-session'
import { Fault } from '@protectmyapi/service-kit/faults'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/tokens'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { createHeldCache } from '../freshness/held-cache.js'

const LIMITS = {
  /** Verifications that are remembered, about a kilobyte each. */
  sessionsMax: 50_000,
  /** A session has a dozen short claims; longer text is not parsed. */
  tokenCharsMax: 4_096,
  /** This machine's clock and management's may differ by so much. Counted into WINDOW. */
  clockSkewMs: 30_000,
}
export function createSessionVerifier({ keeper, clock, keys }) {
  const cache = createHeldCache(keeper, clock, { entriesMax: LIMITS.sessionsMax })
  async function verifyAnew(token, hash) {
    const { claims, key } = await openSession(token, keys)
    const endsAtMs = claims.exp * 1_000 + LIMITS.clockSkewMs
    if (claims.iat * 1_000 > clock.wallMs() + LIMITS.clockSkewMs) throw invalid('a session from the future')
    // WINDOW: what lives longer could outlive the floor that its revocation raised.
    if ((claims.exp - claims.iat) * 1_000 > SESSION_LIFE_MS_MAX) throw invalid('a session of too long a life')
    if (clock.wallMs() >= endsAtMs) throw expired()
    const session = sessionOf(claims, key)
    // FENCE: device, session or signing key were withdrawn.
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
  function held(hash) {
    const known = cache.get(hash)
    if (!known) return undefined
    if (clock.wallMs() >= known.endsAtMs) throw expired()
    return known.session
  }
  return { held, verify: async (token, hash) => held(hash) ?? verifyAnew(token, hash) }
}
/** Signature first: what a token says is not believed, not even that it has expired, before it verifies. */
async function openSession(token, keys) {
  if (token.length > LIMITS.tokenCharsMax || !token.startsWith(SESSION_PREFIX)) throw invalid('not a session token')
  const jws = token.slice(SESSION_PREFIX.length)
  const key = await keys.find(kidOf(jws))
  if (!key) throw invalid('signed by an unknown key')
  const payload = await compactVerify(jws, key.key, { algorithms: ['EdDSA'] }).then(
    (verified) => verified.payload,
    (cause) => {
      throw invalid('the signature does not verify', cause)
    },
  )
  const claims = AppSessionClaims.safeParse(parseJson(payload))
  if (!claims.success || claims.data.iss !== key.issuer) throw invalid('claims of another kind or issuer')
  return { claims: claims.data, key }
}
/** The header is authenticated by the signature that is checked next; `typ` keeps grants from passing for sessions. */
function kidOf(jws) {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(jws)
    if (alg === 'EdDSA' && typ === SESSION_TYP && typeof kid === 'string') return kid
  } catch (cause) {
    throw invalid('not a JWS', cause)
  }
  throw invalid('a JWS of another kind')
}
function parseJson(bytes) {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
function sessionOf({ org, app, dvc, dgn, jti }, { label }) {
  return {
    organizationId: org,
    appId: app,
    deviceId: dvc,
    sessionId: jti,
    labels: [
      { kind: 'FEED_KIND_DEVICE', id: dvc, generation: dgn },
      { kind: 'FEED_KIND_SESSION', id: jti, generation: 1 },
      label,
    ],
  }
}
const invalid = (detail, cause) => new Fault('INVALID_TOKEN', detail, { cause })
const expired = () => new Fault('TOKEN_EXPIRED', 'the session has ended')
//# sourceMappingURL=verify-session.js.map
