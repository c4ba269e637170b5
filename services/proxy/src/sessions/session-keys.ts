import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type CryptoKey, importJWK } from 'jose'
import { z } from 'zod'
import type { Held } from '../freshness/held.js'
import { createHeldCache } from '../freshness/held-cache.js'
import { createHeldSource } from '../freshness/held-source.js'
import type { Keeper } from '../freshness/keeper.js'
import type { Label } from '../freshness/label.js'

const LIMITS = {
  /** A set of keys lives no longer than a session does. */
  lifeMsMax: 10 * 60_000,
  /**
   * For key ids that are not in the set, the directory is asked at most once in this time, however many key ids a
   * client invents.
   */
  askAgainMs: 1_000,
} as const

/** Directory.ListSessionKeys. @throws Fault UNAVAILABLE. */
export type ListSessionKeys = () => Promise<ListSessionKeysResponse__Output>

/** An Ed25519 key (RFC 8037), with these members and no others: what is published is written field by field. */
const PublicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().length(43),
  kid: z.string().min(1),
})
type PublicJwk = z.output<typeof PublicJwk>
/** RFC 7517 § 4: states what the key is for, to readers of the proxy's key set. */
const asPublished = (key: PublicJwk) => ({ ...key, alg: 'EdDSA', use: 'sig' }) as const
export type PublishedJwk = ReturnType<typeof asPublished>

const JwkSet = z.object({ keys: z.array(PublicJwk).max(100) })

/** A key that verifies sessions, and the label by which the feed fells it. */
export interface SessionKey {
  readonly key: CryptoKey
  readonly label: Label
  readonly issuer: string
}

export interface SessionKeys {
  /**
   * Undefined where no such key is known. FENCE: its label may have fallen by the time that it has been used.
   *
   * @throws Fault UNAVAILABLE.
   */
  find(kid: string): Promise<SessionKey | undefined>
  /** @throws Fault UNAVAILABLE. */
  all(): Promise<readonly PublishedJwk[]>
}

interface HeldKeys extends Held {
  readonly jwks: readonly PublicJwk[]
  readonly byId: ReadonlyMap<string, SessionKey>
}

interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly listSessionKeys: ListSessionKeys
}

const ONE = 'keys'

export function createSessionKeys({ keeper, clock, log, listSessionKeys }: Deps): SessionKeys {
  const cache = createHeldCache<HeldKeys>(keeper, clock, { entriesMax: 1 })
  const source = createHeldSource<HeldKeys, undefined>({
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
  let askedAgain: { readonly at: number; readonly keys: Promise<HeldKeys> } | undefined

  /** Requests that come within the second share its result, even if it is an outage. */
  function askAgain(): Promise<HeldKeys> {
    if (!askedAgain || clock.monotonicMs() - askedAgain.at >= LIMITS.askAgainMs) {
      askedAgain = { at: clock.monotonicMs(), keys: source.refresh(ONE, undefined) }
    }
    return askedAgain.keys
  }

  return {
    async find(kid) {
      const known = (await source.get(ONE, undefined)).byId.get(kid)
      return known ?? (await askAgain()).byId.get(kid)
    },
    all: async () => (await source.get(ONE, undefined)).jwks.map(asPublished),
  }
}

function readKeys(text: string): readonly PublicJwk[] {
  try {
    return JwkSet.parse(JSON.parse(text)).keys
  } catch (cause) {
    throw new Fault('UNAVAILABLE', 'the directory’s key set cannot be read', { cause })
  }
}

/** A key without a label could never fall, so it is left out. */
async function importKeys(
  jwks: readonly PublicJwk[],
  labels: readonly Label[],
  issuer: string,
): Promise<ReadonlyMap<string, SessionKey>> {
  const byId = new Map<string, SessionKey>()
  for (const jwk of jwks) {
    const label = labels.find(({ kind, id }) => kind === 'FEED_KIND_SIGNING_KEY' && id === jwk.kid)
    const key = await importJWK(jwk, 'EdDSA')
    if (label && !(key instanceof Uint8Array)) byId.set(jwk.kid, { key, label, issuer })
  }
  return byId
}
