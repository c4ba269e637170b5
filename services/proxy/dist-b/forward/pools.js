import { asFault } from '@protectmyapi/service-kit/faults'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'

const LIMITS = {
  /** Pools kept. Idle sockets close by themselves, so a pool without traffic costs memory alone. */
  poolsMax: 1_024,
  /** Idle sockets are kept shorter than servers keep them: a POST on a socket that is being closed is a lost POST. */
  idleSocketMs: 15_000,
  /** Where a server says how long it keeps them (`Keep-Alive: timeout=…`). */
  idleSocketMsMax: 60_000,
  responseHeadBytesMax: 64 * 1024,
}
export function createPools(dial, log, poolsMax = LIMITS.poolsMax) {
  const pools = new LRUCache({
    max: poolsMax,
    // Closing lets what is under way end; nothing new is sent over it.
    dispose: (pool) => void pool.close().catch((err) => log.warn({ err }, 'a pool did not close')),
  })
  return {
    get(organizationId, origin) {
      // Injective: no origin holds a blank.
      const key = `${origin} ${organizationId}`
      const known = pools.get(key)
      if (known) return known
      const made = createPool(new URL(origin), dial)
      pools.set(key, made)
      return made
    },
    async destroy() {
      const left = [...pools.values()]
      await Promise.all(left.map((pool) => pool.destroy()))
    },
  }
}
/** The origin is the pool's own, whatever a request says: what is dialled is what the pool was made for. */
function createPool(origin, dial) {
  return new Pool(origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: LIMITS.idleSocketMs,
    keepAliveMaxTimeout: LIMITS.idleSocketMsMax,
    maxHeaderSize: LIMITS.responseHeadBytesMax,
    connect: (_options, connected) => {
      dial(origin).then(
        (socket) => connected(null, socket),
        (err) => connected(asFault(err), null),
      )
    },
  })
}
//# sourceMappingURL=pools.js.map
