import { hash } from 'node:crypto'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { LRUCache } from 'lru-cache'
import type { Claims } from './claims.js'
import { grantKeyId, signedClaims } from './verify-grant.js'

const LIMITS = {
  /**
   * Characters of all remembered grants together; their claims take several times as much memory. A grant of one secret
   * has 800.
   */
  rememberedCharsMax: 4 * 1024 * 1024,
} as const

/**
 * A grant whose signature holds under a key that is authentic now. This is no permission yet: each lease checks in its
 * transaction that the key is pinned, and each use checks life and presenter.
 */
export interface SignedGrant {
  readonly keyId: string
  /** Key id and key in one string, as `pinOf` writes it. */
  readonly pin: string
  readonly claims: Claims
}

/** Finds authentic pinned keys by id, and returns no others. Called at each use of a grant. */
type FindKeys = (keyIds: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>

/**
 * Verifies the signature of a grant once: Ed25519 costs more than the rest of a lease together, and a proxy leases by
 * the same grant again and again. A remembered grant is found by a digest of its exact bytes, never by its claims. An
 * expired one is refused when it is used, and is evicted when others need its place.
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

/**
 * A pinned key as one string: id, blank, key in hexadecimal. Ids contain no blank. The lease's transaction compares the
 * whole string.
 */
function pinOf(keyId: string, publicKey: Buffer): string {
  return `${keyId} ${publicKey.toString('hex')}`
}

/** The refusal for a key that is not pinned, or is no longer. */
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
