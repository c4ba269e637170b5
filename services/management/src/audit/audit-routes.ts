import { queryBuilder } from '@protectmyapi/service-kit/postgres/query-builder'
import { z } from 'zod'
import { type Read, readBuilt, readNow } from '../db/read.js'
import { type ExportDeps, exportPages } from '../export/export-pages.js'
import { Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { TIME_RANGE, type TimeRange } from '../http/time-range.js'

const AuditView = z
  .object({
    id: z.string(),
    at: Timestamp,
    actor: z.object({
      kind: z.enum(['user', 'system', 'device']),
      id: z.string(),
      token: z.string().nullable().meta({ description: 'Id of the personal access token that the person used.' }),
    }),
    event: z.string(),
    targetId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

interface AuditRecord {
  readonly id: string
  readonly at: Date
  readonly actor_kind: 'user' | 'system' | 'device'
  readonly actor_id: string
  readonly actor_token: string | null
  readonly event: string
  readonly target_id: string | null
  readonly details: unknown
  readonly request_id: string | null
}

/** Details that somebody wrote by hand must not hide a page of other entries from its reader; `verify` names them. */
const Details = z.record(z.string(), z.unknown()).catch({})

/** Who changed what. Each row was committed together with the change that it describes. */
export function auditRoutes(deps: ExportDeps): readonly Route[] {
  const { db } = deps
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/audit',
    summary: 'List the audit trail, newest first',
    permission: 'audit:read',
    query: pageById('audit').extend(TIME_RANGE),
    answers: { status: 200, body: pageOf(AuditView) },
    handle: async ({ org, query: { cursor, limit, ...range } }) => {
      const rows = await readAudit(readNow(db), org.id, { ...range, before: cursor, limit: limit + 1 })
      return { body: cutPage(rows, limit, ({ id }) => id, present) }
    },
  })
  const all = route({
    method: 'GET',
    path: '/orgs/{org}/audit/export',
    summary: 'Export the audit trail as NDJSON, newest first',
    description:
      'Streamed; shows the state at the time of the request. An answer that breaks off (no last chunk: curl ends with 18) is incomplete.',
    permission: 'audit:read',
    query: z.strictObject(TIME_RANGE),
    answers: { status: 200, lines: AuditView },
    snapshot: deps.snapshot,
    handle: async ({ actor, org, query, snapshot: { read } }) => ({
      body: undefined,
      pages: exportPages(deps, {
        organizationId: org.id,
        event: 'audit.exported',
        range: query,
        actor,
        read: (last: AuditRecord | undefined, limit) => readAudit(read, org.id, { ...query, before: last?.id, limit }),
        present: async (rows) => rows.map(present),
      }),
    }),
  })
  return [list, all]
}

interface AuditPage extends TimeRange {
  readonly before: string | undefined
  readonly limit: number
}

function readAudit(
  read: Read,
  organizationId: string,
  { before, limit, since, until }: AuditPage,
): Promise<readonly AuditRecord[]> {
  const query = queryBuilder('audit').where('organization_id', organizationId)
  if (before !== undefined) query.where('id', '<', before)
  if (since) query.where('at', '>=', since)
  if (until) query.where('at', '<', until)
  return readBuilt<AuditRecord>(read, query.orderBy('id', 'desc').limit(limit).select('*'))
}

function present(row: AuditRecord): z.input<typeof AuditView> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, token: row.actor_token },
    event: row.event,
    targetId: row.target_id,
    details: Details.parse(row.details),
    requestId: row.request_id,
  }
}
