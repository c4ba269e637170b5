import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { KeyService } from '../keys/key-service.js'
import { type RewrapOrder, rewrapStore, type WrappedKey } from './rewrap-store.js'
import { ROTATION_LIMITS } from './rotation-limits.js'

export interface RewrapDeps {
  readonly vaultKeysDb: Knex
  readonly keys: Pick<KeyService, 'rewrap' | 'masterKey'>
  readonly installationId: string
  readonly clock: Clock
  readonly log: Logger
}

/** What one turn has done, and what is left of the order. */
export interface Rewrapped {
  readonly masterKey: string
  readonly rewrapped: number
  readonly remaining: number
}

const LIMITS = {
  pageRows: 50,
  /** Longer than a turn and the call of the KMS at its end; a dead worker holds the others up for as long. */
  claimMs: 10_000,
} as const

/** Orders that every data key be wrapped anew under the master key that this process wraps under. */
export const orderRewrap =
  ({ vaultKeysDb, keys }: Pick<RewrapDeps, 'vaultKeysDb' | 'keys'>) =>
  (): Promise<void> =>
    rewrapStore(vaultKeysDb).order(keys.masterKey)

/**
 * One turn of the order, if there is one for this process's master key and nobody else is at it. Where it stops, the next
 * turn goes on: what is left is read off the rows.
 *
 * The function throws Fault UNAVAILABLE, and what Postgres throws.
 */
export const rewrapDataKeys = (deps: RewrapDeps) => async (): Promise<Rewrapped> => {
  const { masterKey } = deps.keys
  const store = rewrapStore(deps.vaultKeysDb)
  const order = await store.open(masterKey)
  if (!order) return { masterKey, rewrapped: 0, remaining: 0 }
  const rewrapped = (await store.claim(order, LIMITS.claimMs)) ? await work(deps, order) : 0
  const remaining = await store.remaining(order)
  if (remaining === 0) await store.done(order)
  if (rewrapped > 0)
    deps.log.info({ event: 'data-keys.rewrapped', masterKey, rewrapped, remaining }, 'data keys were wrapped anew')
  return { masterKey, rewrapped, remaining }
}

async function work(deps: RewrapDeps, order: RewrapOrder): Promise<number> {
  const store = rewrapStore(deps.vaultKeysDb)
  const untilMs = deps.clock.monotonicMs() + ROTATION_LIMITS.turnMs
  let rewrapped = 0
  let after: KeyRef | undefined
  try {
    do {
      const page = await store.page(order, after, LIMITS.pageRows)
      after = page.at(-1)?.ref
      for (const key of page) {
        if (await rewrapOne(deps, key)) rewrapped += 1
        if (deps.clock.monotonicMs() >= untilMs) return rewrapped
      }
    } while (after)
    return rewrapped
  } finally {
    await store.release(order)
  }
}

/** The KMS is asked without a lock; what was destroyed meanwhile is not brought back. */
async function rewrapOne({ vaultKeysDb, keys, installationId, log }: RewrapDeps, key: WrappedKey): Promise<boolean> {
  try {
    const anew = await keys.rewrap(key.wrapped, { installationId, ...key.ref })
    return await rewrapStore(vaultKeysDb).replace(key, anew, keys.masterKey)
  } catch (err) {
    if (!(err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED')) throw err
    log.error(
      { err, ...key.ref },
      'a data key was not wrapped anew: it does not unwrap under any master key known here',
    )
    return false
  }
}
