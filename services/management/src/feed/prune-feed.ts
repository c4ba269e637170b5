import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { FEED_LIMITS } from './feed-limits.js'

/**
 * Deletes feed rows older than the window, and proxies whose horizon passed as long ago. It always deletes a prefix of
 * the feed, whatever the database's clock did in between: a hole could not be told from rows that never existed
 * (CONTIG).
 */
export async function pruneFeed(db: Knex): Promise<void> {
  const old = `clock_timestamp() - ? * interval '1 millisecond'`
  await db.raw(
    `DELETE FROM feed USING (
       SELECT coalesce((SELECT min(kept.number) FROM feed AS kept WHERE kept.committed_at >= ${old}), counter.value + 1) AS first
       FROM feed_counter AS counter
     ) AS keep WHERE feed.number < keep.first`,
    [FEED_LIMITS.windowMs],
  )
  await db.raw(`DELETE FROM proxies WHERE horizon_at < ${old}`, [FEED_LIMITS.windowMs])
}
