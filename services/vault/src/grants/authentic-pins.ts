import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { LRUCache } from 'lru-cache'
import { leaseStore } from '../leases/lease-store.js'
import type { OpenVersion } from '../versions/open-version.js'
import { grantKeyStore, type PinnedKey } from './grant-key-store.js'
import { publicHalf } from './public-half.js'
import { pinOf } from './signed-grants.js'

const LIMITS = {
  /** A few while keys are rotated. */
  vouchedMax: 64,
} as const

interface Deps {
  readonly vaultDb: Knex
  readonly openVersion: OpenVersion
  readonly log: Logger
}

/**
 * Pinned keys whose private half was put here. A pin is a row, and who writes to the database writes a key of their own:
 * so at its first use the sealed private half is opened, and has to make the same public one. Whether it is pinned still
 * the lease's own statement looks.
 *
 * The function throws Fault UNAVAILABLE where the KMS is away, and what Postgres throws.
 */
export function authenticPins({
  vaultDb,
  openVersion,
  log,
}: Deps): (keyIds: readonly string[]) => Promise<ReadonlyMap<string, Buffer>> {
  const vouched = new LRUCache<string, true>({ max: LIMITS.vouchedMax })

  return async (keyIds) => {
    const found = new Map<string, Buffer>()
    for (const [keyId, pinned] of await grantKeyStore(vaultDb).find(keyIds)) {
      const pin = pinOf(keyId, pinned.publicKey)
      if (!vouched.has(pin) && !(await isSealed(pinned))) continue
      vouched.set(pin, true)
      found.set(keyId, pinned.publicKey)
    }
    return found
  }

  async function isSealed({ publicKey, ...ref }: PinnedKey): Promise<boolean> {
    const [version] = await leaseStore(vaultDb).read([ref])
    const sealed = version?.purpose === 'grant-signing' ? await openVersion(version, version).catch(asFault) : undefined
    if (sealed instanceof Fault && sealed.code !== 'SECRET_DECRYPTION_FAILED') throw sealed
    if (sealed && !(sealed instanceof Fault)) {
      try {
        if (publicHalf(sealed.value.reveal()).equals(publicKey)) return true
      } finally {
        sealed.value.wipe()
      }
    }
    log.error(
      { versionId: ref.versionId },
      'a pinned key is not the public half of what is sealed: its row was altered',
    )
    return false
  }
}
