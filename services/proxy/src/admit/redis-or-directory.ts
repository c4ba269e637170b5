import type { Logger } from '@protectmyapi/service-kit/program/log'
import { RedisAway } from '../redis/redis-link.js'
import type { Admit, AdmitItem, AdmitOutcome } from './admit.js'

/**
 * Redis first; where it is away, management within the same request, under the same place in the record: an entry that
 * reached both is one entry, whoever drains it first. Limits are then management's own, full on every switch: the
 * promise is *limit + one burst per switch*.
 */
export function redisOrDirectory(redis: Admit, directory: Admit, log: Logger): Admit {
  async function fallOver(item: AdmitItem, err: unknown): Promise<AdmitOutcome> {
    // Nothing was sent where it was known to be away: then the entry is certainly not in it.
    const isAsked = !(err instanceof RedisAway)
    if (isAsked) log.debug({ err }, 'Redis did not admit; asking management')
    const outcome = await directory(item)
    return outcome.admitted || !isAsked ? outcome : { ...outcome, doubtful: true }
  }
  return (item) => redis(item).catch((err: unknown) => fallOver(item, err))
}
