import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { LRUCache } from 'lru-cache'
import { leaseStore } from '../leases/lease-store.js'
import type { OpenVersion } from '../versions/open-version.js'
import { grantKeyStore, type PinnedKey } from './grant-key-store.js'
import { publicHalf } from './public-half.js'

const LIMITS = {
  /** A few while keys are rotated. */
  vouchedMax: 64,
  /**
   * Until what is sealed is opened again, while leases are asked for: so long at most does the pin alone, put back after
   * its key was withdrawn, pass for a key.
   */
  vouchedMs: 5_000,
} as const

interface Deps {
  readonly vaultDb: Knex
  readonly openVersion: OpenVersion
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

interface Vouched {
  readonly publicKey: Buffer
  /** Monotonic; from before it was read. */
  readonly askedMs: number
}

/**
 * Pinned keys whose private half was put here, and is here still. A pin is a row, and who writes to the database writes a
 * key of their own, or one that was withdrawn: so the sealed private half is opened, again and again, and has to make the
 * same public one. Whether it is pinned at this moment the lease's own statement looks.
 *
 * The function throws Fault UNAVAILABLE where the KMS is away, and what Postgres throws.
 */
export function authenticPins({
  vaultDb,
  openVersion,
  clock,
  log,
}: Deps): (keyIds: readonly string[]) => Promise<ReadonlyMap<string, Buffer>> {
  const pins = grantKeyStore(vaultDb)
  const vouched = new LRUCache<string, Vouched>({ max: LIMITS.vouchedMax })

  return async (keyIds) => {
    const askedMs = clock.monotonicMs()
    const found = new Map<string, Buffer>()
    const asked: string[] = []
    for (const keyId of keyIds) {
      const held = vouched.get(keyId)
      if (held && askedMs - held.askedMs < LIMITS.vouchedMs) found.set(keyId, held.publicKey)
      else asked.push(keyId)
    }
    if (asked.length === 0) return found
    for (const [keyId, pinned] of await pins.find(asked)) {
      if (await isSealed(pinned)) {
        vouched.set(keyId, { publicKey: pinned.publicKey, askedMs })
        found.set(keyId, pinned.publicKey)
      } else if ((await pins.find([keyId])).has(keyId)) tellAltered(pinned)
    }
    return found
  }

  /** Of one that is pinned still: what was withdrawn between the two readings nobody has altered. */
  function tellAltered({ versionId }: PinnedKey): void {
    log.error({ versionId }, 'a pinned key is not the public half of what is sealed: its row was altered')
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
    return false
  }
}
