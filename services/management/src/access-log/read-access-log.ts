import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { queryBuilder } from '@protectmyapi/service-kit/postgres/query-builder'
import { type Read, readBuilt } from '../db/read.js'
import { AT_MS, type LogPage, newestFirst } from './newest-first.js'

/** As the directory writes them (directory/access-entry.ts). */
interface Subject {
  readonly app: string
  readonly service: string
  readonly device: string
  readonly secrets: readonly { readonly id: string; readonly name: string }[]
  readonly method: string
  readonly path: string
  readonly sourceAddress: string
  readonly platform: string
  readonly appVersion: string
  readonly unattested: boolean
}

interface Outcome {
  readonly status?: number
  readonly fault?: string
  readonly requestBytes?: number
  readonly responseBytes?: number
  readonly upstreamMs?: number
  readonly totalMs?: number
  readonly aborted?: boolean
}

export interface LoggedRequest {
  readonly requestId: string
  readonly at: Date
  readonly atMs: number
  readonly subject: Subject
  /** Absent while the request is under way, or when its proxy died. */
  readonly ending: { readonly kind: 'finished' | 'void'; readonly outcome: Outcome } | undefined
}

interface EntryRecord {
  readonly request_id: string
  readonly at: Date
  readonly at_ms: number
  readonly kind: 'finished' | 'void'
  readonly entry: unknown
}

/** Admitted requests of an organization, newest first, each with how it ended. */
export async function readAccessLog(read: Read, organizationId: string, page: LogPage): Promise<LoggedRequest[]> {
  const admitted = await readBuilt<EntryRecord>(read, admittedEntries(organizationId, page))
  const endings = await endingsOf(read, organizationId, admitted)
  return admitted.map((row) => ({
    requestId: row.request_id,
    at: row.at,
    atMs: Math.round(row.at_ms),
    subject: asSubject(row.entry),
    ending: endings.get(row.request_id),
  }))
}

function admittedEntries(organizationId: string, page: LogPage): Knex.QueryBuilder {
  // Written out, here and below: each has an index of its own, which holds no other kind.
  const admitted = queryBuilder('access_log').where('organization_id', organizationId).whereRaw(`kind = 'admitted'`)
  return newestFirst(admitted, page).select('request_id', 'at', 'entry', 'kind', queryBuilder.raw(AT_MS))
}

async function endingsOf(
  read: Read,
  organizationId: string,
  admitted: readonly EntryRecord[],
): Promise<Map<string, NonNullable<LoggedRequest['ending']>>> {
  if (admitted.length === 0) return new Map()
  const asked = queryBuilder('access_log')
    .where('organization_id', organizationId)
    .whereIn(
      'request_id',
      admitted.map(({ request_id }) => request_id),
    )
    .whereRaw(`kind IN ('finished', 'void')`)
    .select('request_id', 'kind', 'entry')
  const rows = await readBuilt<EntryRecord>(read, asked)
  return new Map(rows.map((row) => [row.request_id, { kind: row.kind, outcome: asOutcome(row.entry) }]))
}

/** What this service wrote itself, as jsonb gives it back. */
const asSubject = (entry: unknown): Subject => entry as Subject
const asOutcome = (entry: unknown): Outcome => entry as Outcome

/** Apps or services by id, deleted ones too: the log outlives them. */
export async function namesOf(
  read: Read,
  table: 'apps' | 'services',
  organizationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { slug: string; name: string }>> {
  const asked = queryBuilder(table)
    .where('organization_id', organizationId)
    .whereIn('id', [...new Set(ids)])
    .select('id', 'slug', 'name')
  const rows = await readBuilt<{ id: string; slug: string; name: string }>(read, asked)
  return new Map(rows.map(({ id, slug, name }) => [id, { slug, name }]))
}
