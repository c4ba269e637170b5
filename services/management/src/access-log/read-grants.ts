import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { AT_MS, type LogPage, newestFirst } from './newest-first.js'

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
export async function readGrants(db: Knex, organizationId: string, page: LogPage): Promise<LoggedGrant[]> {
  const granted = db('access_log').where({ organization_id: organizationId, kind: 'granted' })
  const rows = await newestFirst(granted, page).select<GrantRecord[]>('request_id', 'at', 'entry', db.raw(AT_MS))
  return rows.map((row) => ({
    requestId: row.request_id,
    at: row.at,
    atMs: Math.round(row.at_ms),
    entry: row.entry as GrantEntry,
  }))
}
