import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** What waits in the database, at one moment. */
export interface Backlogs {
  readonly proxiesCurrent: number
  readonly proxiesBehind: number
  readonly secretsPending: number
  readonly headsUnsigned: number
  /** Since when not everything in the access log is counted; a round of the tally old where it keeps up. */
  readonly tallyBehindSeconds: number
}

const LIMITS = {
  /** A younger row of the feed is still on its way. */
  feedMs: 2_000,
  /** A writer that is still at work gives up before this. */
  pendingMs: 60_000,
} as const

/**
 * Each count uses an index or reads few rows, because every management reads it every few seconds. @throws what
 * Postgres throws.
 */
export async function readBacklogs(db: Knex): Promise<Backlogs> {
  const { rows } = await db.raw<{ rows: Backlogs[] }>(
    `SELECT
       count(*) FILTER (WHERE applied >= due.number)::integer AS "proxiesCurrent",
       count(*) FILTER (WHERE applied < due.number)::integer AS "proxiesBehind",
       (SELECT count(*)::integer FROM secret_versions
        WHERE state = 'pending' AND created_at < clock_timestamp() - ? * interval '1 millisecond') AS "secretsPending",
       (SELECT count(*)::integer FROM chain_heads WHERE unsigned_since IS NOT NULL) AS "headsUnsigned",
       (SELECT extract(epoch FROM clock_timestamp() - complete_at)::float8 FROM usage_tally) AS "tallyBehindSeconds"
     FROM (SELECT coalesce(max(number), 0) AS number FROM feed
           WHERE committed_at < clock_timestamp() - ? * interval '1 millisecond') AS due
     LEFT JOIN proxies ON horizon_at > clock_timestamp()`,
    [LIMITS.pendingMs, LIMITS.feedMs],
  )
  const [found] = rows
  if (!found) throw new Error('a statement that answers one row answered none')
  return found
}
