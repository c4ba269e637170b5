import { type RedisClient, redisScript } from '@protectmyapi/service-kit/redis/redis'
import { SHARDS, trialKey } from '@protectmyapi/service-kit/redis/redis-keys'

/** What it writes expires at once. */
const LIFE_MS = 1

/** A script, like admission, because a user may be allowed to write but not to run scripts. */
const TRIAL = redisScript(`return redis.call('SET', KEYS[1], '', 'PX', ARGV[1])`)

/**
 * Writes once; to a cluster once for each shard, and so to every master. A Redis that is full, is a replica, cannot
 * save, or has a user without the rights, still answers INFO; this write shows it before a request has to find out.
 *
 * @throws what Redis said, or the client's error.
 */
export async function tryWrites(client: RedisClient): Promise<void> {
  const keys = Array.from({ length: client.isCluster ? SHARDS : 1 }, (_, shard) => trialKey(shard))
  await Promise.all(keys.map((key) => TRIAL.run(client, [key], [LIFE_MS])))
}
