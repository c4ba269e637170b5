import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { queryBuilder } from '@protectmyapi/service-kit/postgres/query-builder'
import { z } from 'zod'
import { type Read, readBuilt } from '../../db/read.js'
import { blankWhereWrong, NAMED, TEXT } from './blank-where-wrong.js'
import { AT_MS, type LogPage, newestFirst } from './newest-first.js'

/** In the shape that the directory writes (directory/record/access-entry.ts). */
const Subject = blankWhereWrong(
  z.object({
    app: TEXT,
    service: TEXT,
    device: TEXT,
    secrets: NAMED,
    method: TEXT,
    path: TEXT,
    sourceAddress: TEXT,
    platform: TEXT,
    appVersion: TEXT,
    unattested: z.boolean().catch(false),
  }),
)

const NUMBER = z.int().optional().catch(undefined)
const Outcome = blankWhereWrong(
  z.object({
    status: NUMBER,
    fault: z.string().optional().catch(undefined),
    requestBytes: NUMBER,
    responseBytes: NUMBER,
    upstreamMs: NUMBER,
    totalMs: NUMBER,
    aborted: z.boolean().catch(false),
  }),
)

export interface LoggedRequest {
  readonly requestId: string
  readonly at: Date
  readonly atMs: number
  readonly subject: z.output<typeof Subject>
  /** Absent while the request is under way, or when its proxy died. */
  readonly ending: { readonly kind: 'finished' | 'void'; readonly outcome: z.output<typeof Outcome> } | undefined
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
    subject: Subject.parse(row.entry),
    ending: endings.get(row.request_id),
  }))
}

function admittedEntries(organizationId: string, page: LogPage): Knex.QueryBuilder {
  // The kind is written out, here and below, because each kind has an index of its own that holds no other.
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
  return new Map(rows.map((row) => [row.request_id, { kind: row.kind, outcome: Outcome.parse(row.entry) }]))
}

/** Names of apps or services by id, including deleted ones, because the log outlives them. */
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
