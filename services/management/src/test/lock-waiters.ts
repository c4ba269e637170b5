import type { Knex } from '@protectmyapi/service-kit/postgres'

/** For `until`: do at least so many connections to this database wait for a lock? */
export async function lockWaiters(db: Knex, wanted: number): Promise<true | undefined> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows.length >= wanted ? true : undefined
}
