import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Advisory locks of transactions, never of sessions, because a pooler breaks those. This number is used only here. */
const LOCKS = 74_110_603

/**
 * Queues for the row of an organization's data key, until the end of the transaction. Call it before locking the row
 * FOR SHARE (`sharing`) or changing it (`alone`). The row's lock alone is not fair: Postgres lets new sharers pass a
 * transaction that waits to change the row, and under many writers a rotation waited for seconds.
 */
export async function queueForKey(trx: Knex, organizationId: string, how: 'sharing' | 'alone'): Promise<void> {
  const take = how === 'sharing' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  await trx.raw(`SELECT ${take}(?, hashtext(?))`, [LOCKS, organizationId])
}
