import pg from 'pg'
import type { AuditCount, Evidence, LogRow } from './evidence.js'

/** Reads what the system has on record, as a superuser. */
export async function readEvidence(databaseUrl: string): Promise<Omit<Evidence, 'processes'>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const log = await client.query<LogRow>(
      `SELECT kind, request_id AS "requestId", coalesce(entry ->> 'path', '') AS path FROM access_log`,
    )
    const audit = await client.query<AuditCount>(
      `SELECT event, target_id AS target, count(*)::integer FROM audit WHERE target_id IS NOT NULL GROUP BY 1, 2`,
    )
    const pending = await client.query<{ count: number }>(
      `SELECT count(*)::integer FROM secret_versions
       WHERE state = 'pending' AND created_at < clock_timestamp() - interval '10 s'`,
    )
    return { log: log.rows, audit: audit.rows, pending: pending.rows[0]?.count ?? 0 }
  } finally {
    await client.end()
  }
}
