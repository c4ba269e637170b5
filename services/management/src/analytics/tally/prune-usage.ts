import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'

const KEEP = ANALYTICS_LIMITS.keep

/** Deletes counts that have expired, and what waited for something that never came. */
export async function pruneUsage(db: Knex): Promise<void> {
  for (const table of ['usage_hours', 'usage_secrets', 'usage_faults']) {
    await db.raw(`DELETE FROM ?? WHERE hour < clock_timestamp() - ? * interval '1 day'`, [table, KEEP.hoursDays])
  }
  for (const table of ['usage_open', 'usage_early']) {
    await db.raw(`DELETE FROM ?? WHERE noted_at < clock_timestamp() - ? * interval '1 day'`, [table, KEEP.waitingDays])
  }
  await db.raw('DELETE FROM usage_versions WHERE day < current_date - ?::integer', [KEEP.versionsDays])
}
