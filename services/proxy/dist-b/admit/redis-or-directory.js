import { RedisAway } from '../redis/redis-link.js'
/**
 * Redis first; where it is away, management within the same request, under the same place in the record: an entry that
 * reached both is one entry, whoever drains it first. Limits are then management's own, full on every switch: the
 * promise is *limit + one burst per switch*.
 */
export function redisOrDirectory(redis, directory, log) {
  return async (item) => {
    let isAsked
    try {
      return await redis(item)
    } catch (err) {
      // Nothing was sent where it was known to be away: then the entry is certainly not in it.
      isAsked = !(err instanceof RedisAway)
      if (isAsked) log.debug({ err }, 'Redis did not admit; asking management')
    }
    const outcome = await directory(item)
    return outcome.admitted || !isAsked ? outcome : { ...outcome, doubtful: true }
  }
}
//# sourceMappingURL=redis-or-directory.js.map
