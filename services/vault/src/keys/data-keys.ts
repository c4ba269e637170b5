import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { type Derive, dataKeyCache, type KeyRef, nameOf } from './data-key-cache.js'
import { type ActiveKey, type CurrentKey, dataKeyStore, wrappedKeyStore } from './data-key-store.js'
import type { KeyService } from './key-service.js'

export interface DataKeysDeps {
  readonly vaultDb: Knex
  readonly vaultKeysDb: Knex
  readonly keys: KeyService
  readonly installationId: string
  readonly clock: Clock
  readonly log: Logger
}

export interface DataKeys {
  /**
   * The key that seals what the organization writes now; made if there is none yet.
   *
   * @throws Fault CONFLICT if the organization was shredded; UNAVAILABLE.
   */
  current(organizationId: string): Promise<KeyRef>
  /**
   * Makes another version of a key, which seals what is written from then on. Undefined if another process was first or
   * the organization was shredded: the version that was made is removed again.
   *
   * @throws Fault UNAVAILABLE; then nothing has changed, unless Postgres went away at the last step.
   */
  rotate(seen: KeyRef): Promise<KeyRef | undefined>
  /**
   * A copy of a plaintext key; the caller zeroes it.
   *
   * @throws Fault SECRET_DECRYPTION_FAILED if there is no such key or its wrapped bytes do not authenticate;
   * UNAVAILABLE if the KMS is away. Errors of Postgres are rethrown as they are.
   */
  plaintext(ref: KeyRef): Promise<Buffer>
  /** A key derived from one that is in memory, as in the cache; undefined at once if it is not in memory. */
  derived(ref: KeyRef, name: string, derive: Derive): Buffer | undefined
  /** Deletes the wrapped bytes of all keys of an organization, and forgets its plaintext keys. */
  shred(organizationId: string): Promise<void>
  /** Forgets the plaintext keys of an organization that another replica has shredded, and keys derived from them. */
  drop(organizationId: string): void
  /** Forgets plaintext keys whose wrapped bytes are gone. Errors of Postgres are rethrown as they are. */
  dropGone(): Promise<void>
  sweep(): void
  /** Number of keys in memory. */
  held(): number
  /** Zeroes everything. */
  clear(): void
}

const FIRST_VERSION = 1

/** Organization data keys: rows in `vault`, wrapped bytes in `vault_keys`, plaintext in this process's memory alone. */
export function dataKeys({ vaultDb, vaultKeysDb, keys, installationId, clock, log }: DataKeysDeps): DataKeys {
  const rows = dataKeyStore(vaultDb)
  const wrapped = wrappedKeyStore(vaultKeysDb)
  const cache = dataKeyCache(load, { clock, log })

  /**
   * Removes wrapped bytes that were not adopted. If Postgres is away they stay: nothing is sealed under them, and the
   * next raise of the floor removes them.
   */
  async function takeAway(ref: KeyRef): Promise<void> {
    await wrapped.remove(ref).catch((err: unknown) => {
      log.warn(
        { err, keyId: ref.keyId, keyVersion: ref.keyVersion },
        'a wrapped key that was never adopted remains stored; nothing is sealed under it',
      )
    })
  }

  async function load(ref: KeyRef): Promise<Buffer> {
    const bytes = await wrapped.read(ref)
    if (bytes === undefined) throw new Fault('SECRET_DECRYPTION_FAILED', `no wrapped bytes of data key ${ref.keyId}`)
    return keys.unwrap(bytes, { installationId, ...ref })
  }

  /**
   * The wrapped bytes are written first, so that a row in `vault` never names a key that is not stored. A process that
   * loses the race removes its bytes again.
   */
  const create = singleFlight(
    (organizationId: string) => organizationId,
    async (organizationId): Promise<CurrentKey> => {
      const ref: KeyRef = { organizationId, keyId: newId('key'), keyVersion: FIRST_VERSION }
      const askedMs = clock.monotonicMs()
      const { dataKey, wrappedKey } = await keys.generate({ installationId, ...ref })
      try {
        await wrapped.write(ref, wrappedKey, keys.masterKey)
        if (await rows.adopt(ref)) {
          cache.put(ref, dataKey, askedMs)
          return { state: 'active', ref, floor: FIRST_VERSION }
        }
      } finally {
        dataKey.fill(0)
      }
      await takeAway(ref)
      return rows.current(organizationId)
    },
  )

  /**
   * In the same order. The version number is one that was never used, so that wrapped bytes left by a crash are not
   * taken up.
   */
  async function rotate(seen: KeyRef): Promise<KeyRef | undefined> {
    const newest = Math.max(seen.keyVersion, await wrapped.newestVersion(seen))
    const next = { ...seen, keyVersion: newest + 1 }
    const askedMs = clock.monotonicMs()
    const { dataKey, wrappedKey } = await keys.generate({ installationId, ...next })
    try {
      // The number is taken: another replica is rotating at this moment.
      if (!(await wrapped.write(next, wrappedKey, keys.masterKey))) return undefined
      if (await rows.advance(seen, next.keyVersion)) {
        cache.put(next, dataKey, askedMs)
        return next
      }
    } finally {
      dataKey.fill(0)
    }
    await takeAway(next)
    return undefined
  }

  return {
    async current(organizationId) {
      const found = await rows.current(organizationId)
      const key = found.state === 'absent' ? await create(organizationId) : found
      return usableKey(key).ref
    },
    rotate,
    plaintext: (ref) => cache.get(ref),
    derived: (ref, name, derive) => cache.derived(ref, name, derive),
    async shred(organizationId) {
      cache.drop(organizationId)
      await wrapped.removeOrganization(organizationId)
      cache.drop(organizationId)
    },
    drop: (organizationId) => cache.drop(organizationId),
    async dropGone() {
      const held = cache.refs()
      if (held.length === 0) return
      const stored = new Set((await wrapped.stored(held.map(({ keyId }) => keyId))).map(nameOf))
      for (const ref of held) if (!stored.has(nameOf(ref))) cache.forget(ref)
    },
    sweep: () => cache.sweep(),
    held: () => cache.held(),
    clear: () => cache.clear(),
  }
}

/** @throws Fault CONFLICT if the organization was shredded. */
export function usableKey(key: CurrentKey): ActiveKey {
  if (key.state === 'active') return key
  if (key.state === 'destroyed')
    throw new Fault('CONFLICT', 'the organization was shredded', { say: 'This organization was deleted.' })
  throw new Error('a data key vanished: rows of data_keys are never deleted')
}
