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
  /** Usually one key; a few while keys are rotated. */
  vouchedMax: 64,
  /**
   * How long a pin counts as authentic before its sealed private half is opened again. For at most this long, a pin put
   * back after its key was withdrawn still passes.
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
  /** Monotonic time, taken before the pin was read. */
  readonly askedMs: number
}

/**
 * Finds pinned keys whose private half is sealed in this vault. A pin is only a row: an attacker who can write to the
 * database could pin their own key, or one that was withdrawn. Therefore the sealed private half is opened again and
 * again, and has to yield the same public key. Whether the key is still pinned at the moment of a lease is checked by
 * the lease's own statement.
 *
 * The function throws Fault UNAVAILABLE if the KMS is away, and what Postgres throws.
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

  /** Called only if the key is still pinned: one withdrawn between the two reads was not altered. */
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
