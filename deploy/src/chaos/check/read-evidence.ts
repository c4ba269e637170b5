import pg from 'pg'
import type { Evidence, LogRow } from './evidence.js'

/** Reads what the system has on record, as a superuser. */
export async function readEvidence(databaseUrl: string): Promise<Evidence> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<LogRow>(
      `SELECT kind, request_id AS "requestId", coalesce(entry ->> 'path', '') AS path FROM access_log`,
    )
    return { log: rows }
  } finally {
    await client.end()
  }
}
