import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'

const PARTITION = /^access_log_(\d{4})(\d{2})(\d{2})$/

/** Key of a transaction's advisory lock. The number is used for nothing else. */
const LOCK = 74_110_603

/**
 * Makes the partitions of yesterday to the day after tomorrow, and drops those older than the retention. Both go
 * through functions of the migrating role, because this role has no DDL. One management does it at a time: two that
 * make the same partition at once would fail, even with IF NOT EXISTS.
 */
export function tendPartitions(db: Knex, retentionDays: number): Promise<void> {
  return db.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK])
    await makeAhead(trx)
    await dropOld(trx, Math.max(retentionDays, ACCESS_LOG_LIMITS.retentionDaysMin))
  })
}

async function makeAhead(trx: Knex): Promise<void> {
  await trx.raw(
    `SELECT make_access_partition(day::date)
     FROM generate_series(current_date - 1, current_date + ?::integer, interval '1 day') AS day
     WHERE to_regclass('access_log_' || to_char(day, 'YYYYMMDD')) IS NULL`,
    [ACCESS_LOG_LIMITS.daysAhead],
  )
}

async function dropOld(trx: Knex, keptDays: number): Promise<void> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
     WHERE pg_inherits.inhparent = 'access_log'::regclass`,
  )
  for (const { name } of rows) {
    const [, year, month, day] = PARTITION.exec(name) ?? []
    if (day === undefined) continue
    const date = `${year}-${month}-${day}`
    await trx.raw('SELECT drop_access_partition(?::date) WHERE ?::date < current_date - ?::integer', [
      date,
      date,
      keptDays,
    ])
  }
}

/**
 * Deletes what matters only for the present: empty buckets, counters of quotas whose period is over, sessions that have
 * expired, challenges and App Check tokens that have, watermarks of dead processes. A live proxy keeps its watermarks through any silence, because one that
 * started again from 0 could never pass entries that have been dropped.
 */
export async function pruneLeftovers(db: Knex): Promise<void> {
  await db.raw(`DELETE FROM rate_buckets WHERE arrival_at < clock_timestamp() - interval '1 hour'`)
  // A day later, so that a management whose clock is behind cannot start counting such a period again.
  await db.raw(`DELETE FROM quota_counters WHERE ends_on < (clock_timestamp() AT TIME ZONE 'UTC')::date - 1`)
  await db.raw(`DELETE FROM app_sessions WHERE expires_at < clock_timestamp() - interval '1 hour'`)
  // An hour later, so that a management whose clock is behind cannot accept a challenge twice.
  await db.raw(`DELETE FROM app_check_tokens WHERE expires_at < clock_timestamp() - interval '1 hour'`)
  await db.raw(`DELETE FROM used_challenges WHERE expires_at < clock_timestamp() - interval '1 hour'`)
  await db.raw(
    `DELETE FROM access_watermarks WHERE updated_at < clock_timestamp() - interval '7 days'
     AND NOT EXISTS (SELECT FROM proxies WHERE proxies.boot_id = access_watermarks.boot_id)`,
  )
}
