import { Fault } from '@protectmyapi/service-kit/faults'
import { importJWK } from 'jose'
import { z } from 'zod'
import { createHeldCache } from '../freshness/held-cache.js'
import { createHeldSource } from '../freshness/held-source.js'

const LIMITS = {
  /** A set of keys lives no longer than a session does. */
  lifeMsMax: 10 * 60_000,
  /** For a key id that is not in the set, the directory is asked at most once in so long, whoever makes up key ids. */
  askAgainMs: 1_000,
}
/** An Ed25519 key (RFC 8037), its members and no others: what is published is written field by field. */
const PublicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().length(43),
  kid: z.string().min(1),
})
/** RFC 7517 § 4: what the key is for is said with it, to whoever reads our key set. */
const asPublished = (key) => ({ ...key, alg: 'EdDSA', use: 'sig' })
const JwkSet = z.object({ keys: z.array(PublicJwk).max(100) })
const ONE = 'keys'
export function createSessionKeys({ keeper, clock, log, listSessionKeys }) {
  const cache = createHeldCache(keeper, clock, { entriesMax: 1 })
  const source = createHeldSource({
    keeper,
    clock,
    log,
    cache,
    fill: async (_question, begun) => {
      const { jwks, labels, issuer, lifeMs } = await listSessionKeys()
      const keys = readKeys(jwks)
      const notAfter = begun.askedAt + Math.min(lifeMs, LIMITS.lifeMsMax)
      return { ...begun, labels, notAfter, jwks: keys, byId: await importKeys(keys, labels, issuer) }
    },
  })
  let askedAgain
  /** Those who come within the second share what it brought, be it an outage. */
  function askAgain() {
    if (!askedAgain || clock.monotonicMs() - askedAgain.at >= LIMITS.askAgainMs) {
      askedAgain = { at: clock.monotonicMs(), keys: source.refresh(ONE, undefined) }
    }
    return askedAgain.keys
  }
  return {
    async find(kid) {
      const known = (await source.get(ONE, undefined)).byId.get(kid)
      const found = known ?? (await askAgain()).byId.get(kid)
      // FENCE: a key that was withdrawn while it was on its way.
      return found && keeper.accepts([found.label]) ? found : undefined
    },
    all: async () => (await source.get(ONE, undefined)).jwks.map(asPublished),
  }
}
function readKeys(text) {
  try {
    return JwkSet.parse(JSON.parse(text)).keys
  } catch (cause) {
    throw new Fault('UNAVAILABLE', 'the directory’s key set cannot be read', { cause })
  }
}
/** A key without a label could never fall, and is left out. */
async function importKeys(jwks, labels, issuer) {
  const byId = new Map()
  for (const jwk of jwks) {
    const label = labels.find(({ kind, id }) => kind === 'FEED_KIND_SIGNING_KEY' && id === jwk.kid)
    const key = await importJWK(jwk, 'EdDSA')
    if (label && !(key instanceof Uint8Array)) byId.set(jwk.kid, { key, label, issuer })
  }
  return byId
}
//# sourceMappingURL=session-keys.js.map
