import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { until } from '../until.js'

/**
 * Resolves once at least that many sessions wait for a lock in this database.
 *
 * @param db a connection that neither waits nor holds a lock that others wait for.
 * @throws Error if they do not wait in time.
 */
export async function untilLockAwaited(db: Knex, atLeast = 1): Promise<void> {
  await until(async () => {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length >= atLeast || undefined
  })
}
