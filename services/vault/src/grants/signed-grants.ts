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
 * A grant whose signature holds under this key. No permission yet: whether the key is pinned is looked up in the
 * transaction of each lease, and life and presenter are checked at each use.
 */
export interface SignedGrant {
  readonly keyId: string
  /** Key id and key in one word, as `pinOf` writes it. */
  readonly pin: string
  readonly claims: Claims
}

/** Pinned keys by their ids; those that are not pinned are not in it. */
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
    const known = new Map<string, SignedGrant | Fault>()
    const news = new Set<string>()
    for (const grant of grants) {
      const held = remembered.get(nameOf(grant))
      if (held) known.set(grant, held)
      else news.add(grant)
    }
    if (news.size > 0) {
      for (const [grant, verified] of await verifyNew([...news])) {
        known.set(grant, verified)
        if (!(verified instanceof Fault)) remembered.set(nameOf(grant), verified, { size: grant.length })
      }
    }
    return grants.map((grant) => known.get(grant) ?? noSuch())
  }

  async function verifyNew(grants: readonly string[]): Promise<readonly [string, SignedGrant | Fault][]> {
    const named = grants.map((grant) => ({ grant, keyId: keyIdOf(grant) }))
    const keyIds = named.flatMap(({ keyId }) => (keyId instanceof Fault ? [] : keyId))
    const keys = await findKeys([...new Set(keyIds)])
    return Promise.all(
      named.map(async ({ grant, keyId }): Promise<[string, SignedGrant | Fault]> => {
        if (keyId instanceof Fault) return [grant, keyId]
        const publicKey = keys.get(keyId)
        if (!publicKey) return [grant, notPinned(keyId)]
        const verified = signedClaims(grant, publicKey).then(
          (claims) => ({ keyId, pin: pinOf(keyId, publicKey), claims }),
          asFault,
        )
        return [grant, await verified]
      }),
    )
  }
}

/** A pinned key as a word, the key in hexadecimal: ids hold no blank. The lease's transaction compares it whole. */
export function pinOf(keyId: string, publicKey: Buffer): string {
  return `${keyId} ${publicKey.toString('hex')}`
}

/** The refusal for a key that no longer signs, or never did. */
export function notPinned(keyId: string): Fault {
  return new Fault('INVALID_GRANT', `grant: no pinned key ${keyId}`)
}

function nameOf(grant: string): string {
  return hash('sha256', grant)
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
