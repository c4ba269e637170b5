import type { Logger } from '@protectmyapi/service-kit/program/log'
import { RedisAway } from '../redis/redis-link.js'
import type { Admit, AdmitItem, AdmitOutcome } from './admit.js'

/**
 * Redis first. Where it is away, management is asked within the same request and for the same place in the record, so
 * an entry that reached both is one entry, whichever is drained first. Management then counts limits in buckets of its
 * own, which are full on every switch: the promise is *limit + one burst per switch*.
 */
export function redisOrDirectory(redis: Admit, directory: Admit, log: Logger): Admit {
  async function fallOver(item: AdmitItem, err: unknown): Promise<AdmitOutcome> {
    // Where Redis was known to be away, nothing was sent, so the entry is certainly not in it.
    const isAsked = !(err instanceof RedisAway)
    if (isAsked) log.debug({ err }, 'Redis did not admit; asking management')
    const outcome = await directory(item)
    return outcome.admitted || !isAsked ? outcome : { ...outcome, doubtful: true }
  }
  return (item) => redis(item).catch((err: unknown) => fallOver(item, err))
}
