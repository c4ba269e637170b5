import pg from 'pg'
import type { AuditCount, Evidence, HalfDone, LogRow } from './evidence.js'

/** The result of one look. */
interface Reading extends Pick<Evidence, 'log' | 'audit'> {
  readonly halfDone: HalfDone
}

/** Reads the system's records, as a superuser. */
export async function readEvidence(databaseUrl: string): Promise<Reading> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const log = await client.query<LogRow>(
      `SELECT kind, request_id AS "requestId", coalesce(entry ->> 'path', '') AS path FROM access_log`,
    )
    const audit = await client.query<AuditCount>(
      `SELECT event, target_id AS target, count(*)::integer FROM audit WHERE target_id IS NOT NULL GROUP BY 1, 2`,
    )
    const atMs = performance.now()
    const halfDone = await client.query<Omit<HalfDone, 'atMs'>>(
      `SELECT (SELECT count(*) FROM secret_versions WHERE state = 'pending')::integer AS pending,
         ((SELECT count(*) FROM secret_versions WHERE state = 'superseded')
           + (SELECT count(*) FROM organizations WHERE state = 'deleted' AND shredded_at IS NULL))::integer AS undestroyed,
         (SELECT count(*) FROM signing_keys
           WHERE state = 'retired' AND destroyed_at IS NULL)::integer AS "undestroyedKeys"`,
    )
    const counts = halfDone.rows[0] ?? { pending: 0, undestroyed: 0, undestroyedKeys: 0 }
    return { log: log.rows, audit: audit.rows, halfDone: { atMs, ...counts } }
  } finally {
    await client.end()
  }
}
