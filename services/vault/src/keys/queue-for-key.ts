import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** A transaction's advisory lock, never a session's: a pooler breaks those. The number is ours and means this alone. */
const LOCKS = 74_110_603

/**
 * Queues for the row of an organization's data key, to the end of the transaction. To be called before that row is locked
 * FOR SHARE (`sharing`) or changed. The row's lock alone is not fair: Postgres lets those that share it pass who waits to
 * change it, and under many writers a rotation waited for seconds.
 */
export async function queueForKey(trx: Knex, organizationId: string, how: 'sharing' | 'alone'): Promise<void> {
  const take = how === 'sharing' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  await trx.raw(`SELECT ${take}(?, hashtext(?))`, [LOCKS, organizationId])
}
