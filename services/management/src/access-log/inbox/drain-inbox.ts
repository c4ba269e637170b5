import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { type ManagementMeasures, NO_MEASURES } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import type { Watermark } from '../store/move-watermarks.js'
import { tellSetAside } from '../store/set-aside.js'
import { publishWatermarks } from '../streams/access-streams.js'
import { moveInboxBatch } from './move-inbox-batch.js'

interface Deps {
  readonly db: Knex
  readonly redis: RedisClient | null
  readonly log: Logger
  readonly measures?: Pick<ManagementMeasures, 'drained' | 'setAside'>
}

/**
 * Empties the inbox, batch by batch. Copies the watermarks to Redis as well, because an entry that fills a gap there
 * often comes through the inbox.
 */
export function createInboxDrain({ db, redis, log, measures = NO_MEASURES }: Deps): () => Promise<void> {
  /**
   * Best effort: without Redis no proxy reads the copy, and an entry that is recorded again has its watermark copied
   * again.
   */
  async function publish(watermarks: readonly Watermark[]): Promise<void> {
    if (redis === null) return
    await publishWatermarks(redis, watermarks).catch((err: unknown) =>
      log.debug({ err }, 'watermarks were not copied to Redis'),
    )
  }

  return async () => {
    for (let isFull = true; isFull; ) {
      const drained = await moveInboxBatch(db)
      measures.drained.up('inbox', drained.taken)
      measures.setAside.up('entry', drained.setAside.length)
      tellSetAside(log, drained.setAside)
      await publish(drained.watermarks)
      isFull = drained.taken === ACCESS_LOG_LIMITS.drainRowsMax
    }
  }
}
