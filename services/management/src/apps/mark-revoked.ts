import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/**
 * Marks an app's session or debug token as revoked. One that was revoked before keeps its time and is no error, so that
 * a repeated revocation can feed again and wait as the first (RETRYWAITS).
 *
 * @throws Fault NOT_FOUND.
 */
export async function markRevoked(
  trx: Knex,
  table: 'app_sessions' | 'debug_tokens',
  of: { readonly organization_id: string; readonly app_id: string; readonly id: string },
): Promise<void> {
  const revoked = await trx(table)
    .where(of)
    .update({ revoked_at: trx.raw('coalesce(revoked_at, now())') })
  if (revoked === 0) throw new Fault('NOT_FOUND', `nothing in ${table} to revoke`)
}
