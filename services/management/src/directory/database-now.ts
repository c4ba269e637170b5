import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** Postgres's time, in Unix milliseconds, so that replicas of management with different clocks agree. */
export async function databaseNowMs(trx: Knex): Promise<number> {
  const { rows } = await trx.raw<{ rows: { now_ms: number }[] }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms',
  )
  return rows[0]?.now_ms ?? 0
}
