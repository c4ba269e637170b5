import { hash } from 'node:crypto'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { LRUCache } from 'lru-cache'
import type { Claims } from './claims.js'
import { grantKeyId, signedClaims } from './verify-grant.js'

const LIMITS = {
  /** Of all grants that are remembered together; their claims take some times as much. A grant of one secret has 800. */
  rememberedCharsMax: 4 * 1024 * 1024,
} as const

/**
 * A grant whose signature holds under this key, which is authentic now. No permission yet: whether the key is pinned is
 * looked up in the transaction of each lease, and life and presenter are checked at each use.
 */
export interface SignedGrant {
  readonly keyId: string
  /** Key id and key in one word, as `pinOf` writes it. */
  readonly pin: string
  readonly claims: Claims
}

/** Authentic pinned keys by their ids; no others are in it. Asked at each use of a grant. */
type FindKeys = (keyIds: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>

/**
 * Verifies signatures once a grant: Ed25519 costs more than the rest of a lease together, and a proxy leases again and
 * again by one grant. What it remembers is named by a digest of the grant's very bytes, never by what they claim; one that
 * has expired is refused at its use and goes when others need its place.
 */
export function signedGrants(
  findKeys: FindKeys,
): (grants: readonly string[]) => Promise<readonly (SignedGrant | Fault)[]> {
  const remembered = new LRUCache<string, SignedGrant>({ maxSize: LIMITS.rememberedCharsMax })

  return async (grants) => {
    const named = new Map([...new Set(grants)].map((grant) => [grant, keyIdOf(grant)]))
    const keyIds = [...named.values()].flatMap((keyId) => (keyId instanceof Fault ? [] : keyId))
    const keys = keyIds.length === 0 ? new Map<string, Buffer>() : await findKeys([...new Set(keyIds)])
    const found = new Map<string, SignedGrant | Fault>()
    await Promise.all(
      [...named].map(async ([grant, keyId]) => {
        found.set(grant, keyId instanceof Fault ? keyId : await signedBy(grant, keyId, keys.get(keyId)))
      }),
    )
    return grants.map((grant) => found.get(grant) ?? noSuch())
  }

  async function signedBy(grant: string, keyId: string, publicKey: Buffer | undefined): Promise<SignedGrant | Fault> {
    if (!publicKey) return notPinned(keyId)
    const pin = pinOf(keyId, publicKey)
    const name = hash('sha256', grant)
    const held = remembered.get(name)
    if (held?.pin === pin) return held
    const verified = await signedClaims(grant, publicKey).then((claims) => ({ keyId, pin, claims }), asFault)
    if (!(verified instanceof Fault)) remembered.set(name, verified, { size: grant.length })
    return verified
  }
}

/** A pinned key as a word, the key in hexadecimal: ids hold no blank. The lease's transaction compares it whole. */
function pinOf(keyId: string, publicKey: Buffer): string {
  return `${keyId} ${publicKey.toString('hex')}`
}

/** The refusal for a key that no longer signs, or never did. */
export function notPinned(keyId: string): Fault {
  return new Fault('INVALID_GRANT', `grant: no pinned key ${keyId}`)
}

function keyIdOf(grant: string): string | Fault {
  try {
    return grantKeyId(grant)
  } catch (err) {
    return asFault(err)
  }
}

function noSuch(): never {
  throw new Error('nothing was found out about a grant')
}
