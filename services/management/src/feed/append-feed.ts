import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { FeedEntry } from './feed-entry.js'

/** The channel of NOTIFY. It only wakes and carries no content, because what counts is read from the table. */
export const FEED_CHANNEL = 'pma_feed'

/**
 * DURABLE: a change that was called in force must survive a crash of Postgres, whatever the server's own default is.
 */
const DURABLY = `
  SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
    THEN set_config('synchronous_commit', 'on', true) END AS durable`

/**
 * Numbers and writes feed rows; returns the last number. SEQLOCK: the counter's row stays locked until the commit, so
 * numbers are committed in order and a rollback leaves no gap. For the same reason this is the LAST thing that a
 * transaction does: all writers of the installation queue behind it.
 */
export async function appendFeed(trx: Knex.Transaction, entries: readonly FeedEntry[]): Promise<number> {
  const { rows } = await trx.raw<{ rows: { last: string }[] }>(
    `WITH counted AS (
       UPDATE feed_counter SET value = value + ? FROM (${DURABLY}) AS d RETURNING feed_counter.value
     ), given AS (
       SELECT entry, place FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS list (entry, place)
     ), written AS (
       INSERT INTO feed (number, kind, id, generation)
       SELECT counted.value - ? + given.place, given.entry ->> 'kind', given.entry ->> 'id', (given.entry ->> 'generation')::bigint
       FROM counted, given
     )
     SELECT counted.value AS last, pg_notify(?, '') FROM counted`,
    [entries.length, JSON.stringify(entries), entries.length, FEED_CHANNEL],
  )
  const [counted] = rows
  if (!counted) throw new Error('feed_counter has no row: the schema is not migrated')
  return Number(counted.last)
}
