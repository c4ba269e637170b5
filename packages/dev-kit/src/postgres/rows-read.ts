import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/**
 * Number of rows of a table that some work reads in this transaction, by scans and by indexes, as Postgres counts them.
 */
export async function rowsRead(trx: Knex.Transaction, table: string, work: () => Promise<unknown>): Promise<number> {
  const before = await countOf(trx, table)
  await work()
  return (await countOf(trx, table)) - before
}

async function countOf(trx: Knex.Transaction, table: string): Promise<number> {
  const { rows } = await trx.raw<{ rows: { count: string }[] }>(
    'SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS count FROM pg_stat_xact_user_tables WHERE relname = ?',
    [table],
  )
  const [row] = rows
  if (!row) throw new Error(`there is no table ${table}`)
  return Number(row.count)
}
