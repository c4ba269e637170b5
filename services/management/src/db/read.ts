import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Answers the rows of one statement. */
export type Read = <Row>(sql: string, values?: readonly Knex.RawBinding[]) => Promise<readonly Row[]>

/** Reads by what Knex builds. */
export function readBuilt<Row>(read: Read, query: Knex.QueryBuilder): Promise<readonly Row[]> {
  const { sql, bindings } = query.toSQL()
  return read<Row>(sql, bindings)
}

/** What is committed when a statement begins; within a transaction, what it has done too. */
export function readNow(db: Knex): Read {
  return async <Row>(sql: string, values: readonly Knex.RawBinding[] = []) => {
    const { rows } = await db.raw<{ rows: Row[] }>(sql, values)
    return rows
  }
}
