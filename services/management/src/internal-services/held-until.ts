import type { Clock } from '@protectmyapi/service-kit/clock'
import { SERVICE_HOLD_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { InForce } from '../feed/in-force.js'

/** The longest time between a version's `superseded_at` and the commit that takes it out of force. */
const COMMIT_MS_MAX = 60_000

/**
 * Until when an internal service may hold a value that was just replaced or deleted; null if it was bound to none.
 * Internal services follow no feed and no writer waits for them: their grants expire.
 */
export async function internalServicesUntil(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  organizationId: string,
  secretId: string,
  { waitedMs }: InForce,
): Promise<string | null> {
  const sinceMs = waitedMs + SERVICE_HOLD_MS_MAX + COMMIT_MS_MAX
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `SELECT 1 FROM secret_versions WHERE organization_id = ? AND secret_id = ?
       AND superseded_at > clock_timestamp() - ? * interval '1 millisecond'
       AND jsonb_array_length(bindings -> 'services') > 0
     LIMIT 1`,
    [organizationId, secretId, sinceMs],
  )
  // Every grant of the old value was read before the commit, and so before the wait for it began.
  return rows.length === 0 ? null : new Date(clock.wallMs() - waitedMs + SERVICE_HOLD_MS_MAX).toISOString()
}
