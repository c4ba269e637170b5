import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { asFault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import type { Dial } from './dialler.js'

const LIMITS = {
  /** Pools kept. Idle sockets close by themselves, so a pool without traffic costs only memory. */
  poolsMax: 1_024,
  /**
   * No request goes over an older connection, because its certificates were checked when it began and may have expired.
   */
  poolMs: 15 * 60_000,
  /** Shorter than servers keep idle sockets, because a POST on a socket that is being closed is lost. */
  idleSocketMs: 15_000,
  /** The most where a server says how long it keeps them (`Keep-Alive: timeout=…`). */
  idleSocketMsMax: 60_000,
  responseHeadBytesMax: 64 * 1024,
} as const

/** Connections to providers, by organization and origin: no organization's request goes over another's socket. */
export interface Pools {
  get(organizationId: string, origin: string): Pool
  /** No further request goes over the connections that the organization has to the origin now. */
  leave(organizationId: string, origin: string): void
  /** Ends all connections that are left. */
  destroy(): Promise<void>
}

interface PoolsOptions {
  readonly clock?: Clock
  readonly poolsMax?: number
}

export function createPools(
  dial: Dial,
  log: Logger,
  { clock = systemClock, poolsMax = LIMITS.poolsMax }: PoolsOptions = {},
): Pools {
  /** All pools, including those that take nothing new and only have answers under way. */
  const open = new Set<Pool>()
  const pools = new LRUCache<string, Pool>({
    max: poolsMax,
    ttl: LIMITS.poolMs,
    ttlResolution: 0,
    perf: { now: () => clock.monotonicMs() },
    // Closing lets requests under way end and takes no new ones.
    dispose: (pool) =>
      void pool
        .close()
        .catch((err: unknown) => log.warn({ err }, 'a pool did not close'))
        .finally(() => open.delete(pool)),
  })
  return {
    get(organizationId, origin) {
      const key = keyOf(organizationId, origin)
      const known = pools.get(key)
      if (known) return known
      const made = createPool(new URL(origin), dial)
      open.add(made)
      pools.set(key, made)
      return made
    },
    leave: (organizationId, origin) => void pools.delete(keyOf(organizationId, origin)),
    async destroy() {
      await Promise.all([...open].map((pool) => pool.destroy()))
    },
  }
}

/** Injective, because no origin holds a blank. */
const keyOf = (organizationId: string, origin: string): string => `${origin} ${organizationId}`

/** Dials the pool's own origin, whatever a request says. */
function createPool(origin: URL, dial: Dial): Pool {
  return new Pool(origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: LIMITS.idleSocketMs,
    keepAliveMaxTimeout: LIMITS.idleSocketMsMax,
    maxHeaderSize: LIMITS.responseHeadBytesMax,
    connect: (_options, connected) => {
      dial(origin).then(
        (socket) => connected(null, socket),
        (err: unknown) => connected(asFault(err), null),
      )
    },
  })
}
