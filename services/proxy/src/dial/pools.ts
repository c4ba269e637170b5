import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { asFault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import type { Dial } from './dialler.js'

const LIMITS = {
  /** Pools kept. Idle sockets close by themselves, so a pool without traffic costs memory alone. */
  poolsMax: 1_024,
  /** No request goes over a connection that is older: its certificates were checked as it began, and may have ended. */
  poolMs: 15 * 60_000,
  /** Idle sockets are kept shorter than servers keep them: a POST on a socket that is being closed is a lost POST. */
  idleSocketMs: 15_000,
  /** Where a server says how long it keeps them (`Keep-Alive: timeout=…`). */
  idleSocketMsMax: 60_000,
  responseHeadBytesMax: 64 * 1024,
} as const

/** Connections to providers, by organization and origin: no organization's request goes over another's socket. */
export interface Pools {
  get(organizationId: string, origin: string): Pool
  /** No further request goes over the connections that it has there now. */
  leave(organizationId: string, origin: string): void
  /** Ends what is left. */
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
  /** With those whose answers are under way, and that nothing new goes to. */
  const open = new Set<Pool>()
  const pools = new LRUCache<string, Pool>({
    max: poolsMax,
    ttl: LIMITS.poolMs,
    ttlResolution: 0,
    perf: { now: () => clock.monotonicMs() },
    // Closing lets what is under way end; nothing new is sent over it.
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

/** Injective: no origin holds a blank. */
const keyOf = (organizationId: string, origin: string): string => `${origin} ${organizationId}`

/** The origin is the pool's own, whatever a request says: what is dialled is what the pool was made for. */
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
