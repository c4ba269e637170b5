import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { LogPage } from './read-access-log.js'

/** What an internal service was granted at once. */
export interface LoggedGrant {
  readonly requestId: string
  readonly at: Date
  readonly atMs: number
  readonly entry: GrantEntry
}

/** As the directory writes it (directory/record-grant.ts). */
interface GrantEntry {
  readonly internalService: { readonly id: string; readonly name: string; readonly spiffeId: string }
  readonly secrets: readonly { readonly id: string; readonly name: string }[]
}

interface GrantRecord {
  readonly request_id: string
  readonly at: Date
  readonly at_ms: number
  readonly entry: unknown
}

/** Grants to an organization's internal services, newest first. */
export async function readGrants(
  db: Knex,
  organizationId: string,
  { before, limit, since, until }: LogPage,
): Promise<LoggedGrant[]> {
  const query = db('access_log').where({ organization_id: organizationId, kind: 'granted' })
  if (before)
    query.whereRaw('(at, request_id) < (pg_catalog.to_timestamp(?::float8 / 1000::float8), ?)', [
      before.atMs,
      before.requestId,
    ])
  if (since) query.where('at', '>=', since)
  if (until) query.where('at', '<', until)
  const rows = await query
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'request_id', order: 'desc' },
    ])
    .limit(limit)
    .select<GrantRecord[]>('request_id', 'at', 'entry', db.raw('(extract(epoch FROM at) * 1000.0)::float8 AS at_ms'))
  return rows.map((row) => ({
    requestId: row.request_id,
    at: row.at,
    atMs: Math.round(row.at_ms),
    entry: row.entry as GrantEntry,
  }))
}
