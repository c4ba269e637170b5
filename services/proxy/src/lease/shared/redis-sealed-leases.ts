import { redisScript } from '@protectmyapi/service-kit/redis/redis'
import { RedisFailed, type RedisLink } from '../../redis/redis-link.js'
import { SEALED_LEASE_BYTES_MAX } from './sealed-lease.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'

/**
 * Reads at most one byte more than a lease may have. Anyone who can write to Redis could put any amount there, and MGET
 * would answer with all of it. A key that holds no string counts as absent.
 */
const READ = redisScript(`
local answer = {}
for at, key in ipairs(KEYS) do
  local bytes = redis.pcall('GETRANGE', key, '0', ARGV[1])
  answer[at] = type(bytes) == 'string' and bytes ~= '' and bytes
end
return answer
`)

/** One command each. All keys of an organization are in one slot of a cluster (service-kit's redis-keys.ts). */
export function redisSealedLeases({ use }: Pick<RedisLink, 'use'>): SealedLeaseStore {
  return {
    async get(keys) {
      const found = await use((client) => READ.runForBytes(client, keys, [SEALED_LEASE_BYTES_MAX]))
      if (!Array.isArray(found)) throw new RedisFailed('an answer out of shape')
      return found.map((bytes: unknown) => (Buffer.isBuffer(bytes) ? bytes : null))
    },
    async put(key, sealed, lifeMs) {
      await use((client) => client.set(key, sealed, 'PX', Math.max(1, Math.floor(lifeMs))))
    },
  }
}
