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
  /**
   * Whether every key of the order has been tried, over several turns. `stuck`: yes, and what is left does not unwrap.
   * `elsewhere`: another process has claimed the order, and this turn did nothing.
   */
  readonly pass: 'goes on' | 'ended' | 'stuck' | 'elsewhere'
}

/** One attempt at every key of an order, in turns. */
interface Pass {
  readonly askedAt: string
  /** All keys up to here were tried: keys that do not unwrap must not use up the turns of those behind them. */
  after: KeyRef | undefined
  refused: number
}

const LIMITS = {
  pageRows: 50,
  /** Longer than a turn plus the KMS call at its end. A worker that died blocks the others for this long. */
  claimMs: 10_000,
} as const

/** Orders that every data key be wrapped anew under the master key under which this process wraps. */
export const orderRewrap =
  ({ vaultKeysDb, keys }: Pick<RewrapDeps, 'vaultKeysDb' | 'keys'>) =>
  (): Promise<void> =>
    rewrapStore(vaultKeysDb).order(keys.masterKey)

/**
 * Works one turn per call on the order, if there is one for this process's master key and no other process has claimed
 * it. A turn continues where the last one of this function stopped. A new instance begins with the first key: the rows
 * say what is left.
 *
 * The function throws Fault UNAVAILABLE, and what Postgres throws.
 */
export function rewrapDataKeys(deps: RewrapDeps): () => Promise<Rewrapped> {
  const { masterKey } = deps.keys
  const store = rewrapStore(deps.vaultKeysDb)
  let underWay: Pass | undefined

  function passOf({ askedAt }: RewrapOrder): Pass {
    if (underWay?.askedAt !== askedAt) underWay = { askedAt, after: undefined, refused: 0 }
    return underWay
  }

  return async () => {
    const order = await store.open(masterKey)
    if (!order) return { masterKey, rewrapped: 0, remaining: 0, pass: 'ended' }
    if (!(await store.claim(order, LIMITS.claimMs)))
      return { masterKey, rewrapped: 0, remaining: await store.remaining(order), pass: 'elsewhere' }
    const pass = passOf(order)
    const { rewrapped, ended } = await work(deps, order, pass)
    if (ended) underWay = undefined
    const remaining = await store.remaining(order)
    if (remaining === 0) await store.done(order)
    const done = { masterKey, rewrapped, remaining }
    if (rewrapped > 0) deps.log.info({ event: 'data-keys.rewrapped', ...done }, 'data keys were rewrapped')
    const stuck = ended && remaining > 0 && remaining <= pass.refused
    return { ...done, pass: stuck ? 'stuck' : ended ? 'ended' : 'goes on' }
  }
}

/** Continues until the last key, or until the turn is over. */
async function work(deps: RewrapDeps, order: RewrapOrder, pass: Pass) {
  const store = rewrapStore(deps.vaultKeysDb)
  const untilMs = deps.clock.monotonicMs() + ROTATION_LIMITS.turnMs
  let rewrapped = 0
  try {
    for (;;) {
      const page = await store.page(order, pass.after, LIMITS.pageRows)
      if (page.length === 0) return { rewrapped, ended: true }
      for (const key of page) {
        const outcome = await rewrapOne(deps, key)
        pass.after = key.ref
        if (outcome === 'rewrapped') rewrapped += 1
        if (outcome === 'refused') pass.refused += 1
        if (deps.clock.monotonicMs() >= untilMs) return { rewrapped, ended: false }
      }
    }
  } finally {
    await store.release(order)
  }
}

/**
 * The KMS is asked without a lock. A key that was destroyed or wrapped by another process meanwhile is not overwritten.
 */
async function rewrapOne(
  { vaultKeysDb, keys, installationId, log }: RewrapDeps,
  key: WrappedKey,
): Promise<'rewrapped' | 'passed over' | 'refused'> {
  try {
    const anew = await keys.rewrap(key.wrapped, { installationId, ...key.ref })
    return (await rewrapStore(vaultKeysDb).replace(key, anew, keys.masterKey)) ? 'rewrapped' : 'passed over'
  } catch (err) {
    if (!(err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED')) throw err
    log.error({ err, ...key.ref }, 'a data key was not rewrapped: it does not unwrap under any configured master key')
    return 'refused'
  }
}
