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
   * The key that seals what the organization writes now; made where there is none yet.
   *
   * @throws Fault CONFLICT where the organization was shredded; UNAVAILABLE.
   */
  current(organizationId: string): Promise<KeyRef>
  /**
   * Makes another version of a key, which seals what is written from then on. Undefined where somebody else was first, or
   * the organization was shredded: what was made is taken away again.
   *
   * @throws Fault UNAVAILABLE; then nothing has changed, unless Postgres went away at the last step.
   */
  rotate(seen: KeyRef): Promise<KeyRef | undefined>
  /**
   * A plaintext key: a copy, to be zeroed by the caller.
   *
   * @throws Fault SECRET_DECRYPTION_FAILED where there is no such key or its wrapped bytes do not authenticate;
   * UNAVAILABLE where the KMS is away. An error of Postgres leaves as it is.
   */
  plaintext(ref: KeyRef): Promise<Buffer>
  /** A key derived of one that is in memory, as the cache says; where it is not, undefined at once. */
  derived(ref: KeyRef, name: string, derive: Derive): Buffer | undefined
  /** Deletes the wrapped bytes of all keys of an organization, and forgets the plain ones. */
  shred(organizationId: string): Promise<void>
  /** Forgets the plain keys of an organization, derived ones too: another replica has shredded it. */
  drop(organizationId: string): void
  /** Forgets the plain keys whose wrapped bytes are gone. What Postgres throws leaves as it is. */
  dropGone(): Promise<void>
  sweep(): void
  /** How many are in memory. */
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

  /** What nobody adopted. Left where Postgres is away: nothing is sealed under it, and the next floor takes it. */
  async function takeAway(ref: KeyRef): Promise<void> {
    await wrapped.remove(ref).catch((err: unknown) => {
      log.warn(
        { err, keyId: ref.keyId, keyVersion: ref.keyVersion },
        'wrapped bytes of a key that was never adopted are left; nothing is sealed under it',
      )
    })
  }

  async function load(ref: KeyRef): Promise<Buffer> {
    const bytes = await wrapped.read(ref)
    if (bytes === undefined) throw new Fault('SECRET_DECRYPTION_FAILED', `no wrapped bytes of data key ${ref.keyId}`)
    return keys.unwrap(bytes, { installationId, ...ref })
  }

  /** Wrapped bytes first: a row in `vault` never names a key that is not stored. A loser's bytes are taken away again. */
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

  /** In the same order. The number is one that was never used: what a crash has left behind is not taken up. */
  async function rotate(seen: KeyRef): Promise<KeyRef | undefined> {
    const newest = Math.max(seen.keyVersion, await wrapped.newestVersion(seen))
    const next = { ...seen, keyVersion: newest + 1 }
    const askedMs = clock.monotonicMs()
    const { dataKey, wrappedKey } = await keys.generate({ installationId, ...next })
    try {
      // Taken: another replica is rotating at this moment.
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

/** @throws Fault CONFLICT where the organization was shredded. */
export function usableKey(key: CurrentKey): ActiveKey {
  if (key.state === 'active') return key
  if (key.state === 'destroyed')
    throw new Fault('CONFLICT', 'the organization was shredded', { say: 'This organization was deleted.' })
  throw new Error('a data key vanished: rows of data_keys are never deleted')
}
