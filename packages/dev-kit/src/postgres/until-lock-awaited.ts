import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { until } from '../until.js'

/**
 * Until somebody, or as many as asked for, wait for a lock in this database.
 *
 * @param db asks over a connection that none of those holds who wait, or keep others waiting.
 * @throws Error where they do not in time.
 */
export async function untilLockAwaited(db: Knex, atLeast = 1): Promise<void> {
  await until(async () => {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length >= atLeast || undefined
  })
}
