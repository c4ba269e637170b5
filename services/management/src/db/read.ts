import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Runs one statement and returns its rows. */
export type Read = <Row>(sql: string, values?: readonly Knex.RawBinding[]) => Promise<readonly Row[]>

/** Runs a query that Knex built. */
export function readBuilt<Row>(read: Read, query: Knex.QueryBuilder): Promise<readonly Row[]> {
  const { sql, bindings } = query.toSQL()
  return read<Row>(sql, bindings)
}

/** Reads what is committed when a statement begins; within a transaction, also what that transaction has done. */
export function readNow(db: Knex): Read {
  return async <Row>(sql: string, values: readonly Knex.RawBinding[] = []) => {
    const { rows } = await db.raw<{ rows: Row[] }>(sql, values)
    return rows
  }
}
