import { type RedisClient, redisScript } from '@protectmyapi/service-kit/redis/redis'
import { SHARDS, trialKey } from '@protectmyapi/service-kit/redis/redis-keys'

/** What it writes is gone at once. */
const LIFE_MS = 1

/** A script, as admission is one: a user may be allowed to write and to run none. */
const TRIAL = redisScript(`return redis.call('SET', KEYS[1], '', 'PX', ARGV[1])`)

/**
 * Writes once; to a cluster once for each shard, and so to every master. A Redis that is full, a replica, cannot save, or
 * has a user who may not, answers INFO all the same: this is how it is known before a request has to find out.
 *
 * @throws what Redis said, or the client's error.
 */
export async function tryWrites(client: RedisClient): Promise<void> {
  const keys = Array.from({ length: client.isCluster ? SHARDS : 1 }, (_, shard) => trialKey(shard))
  await Promise.all(keys.map((key) => TRIAL.run(client, [key], [LIFE_MS])))
}
