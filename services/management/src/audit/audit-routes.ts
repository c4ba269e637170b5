import type { Knex } from '@protectmyapi/service-kit/postgres'
import { z } from 'zod'
import { Timestamp } from '../http/fields.js'
import { cutPage, PageQuery, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'

const AuditView = z.object({
  id: z.string(),
  at: Timestamp,
  actor: z.object({
    kind: z.enum(['user', 'system', 'device']),
    id: z.string(),
    token: z.string().nullable().meta({ description: 'Id of the personal access token that the person acted by.' }),
  }),
  event: z.string(),
  targetId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  requestId: z.string().nullable(),
})

interface AuditRecord {
  readonly id: string
  readonly at: Date
  readonly actor_kind: 'user' | 'system' | 'device'
  readonly actor_id: string
  readonly actor_token: string | null
  readonly event: string
  readonly target_id: string | null
  readonly details: Record<string, unknown>
  readonly request_id: string | null
}

/** Who changed what: each row was committed with the change that it tells of. */
export function auditRoutes({ db }: { readonly db: Knex }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/orgs/{org}/audit',
      summary: 'List the audit trail, newest first',
      permission: 'audit:read',
      query: PageQuery,
      answers: { status: 200, body: pageOf(AuditView) },
      handle: async ({ org, query }) => {
        const rows = db<AuditRecord>('audit').where('organization_id', org.id)
        if (query.cursor !== undefined) rows.where('id', '<', query.cursor)
        const page = await rows
          .orderBy('id', 'desc')
          .limit(query.limit + 1)
          .select<AuditRecord[]>('*')
        return { body: cutPage(page, query.limit, ({ id }) => id, present) }
      },
    }),
  ]
}

function present(row: AuditRecord): z.input<typeof AuditView> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, token: row.actor_token },
    event: row.event,
    targetId: row.target_id,
    details: row.details,
    requestId: row.request_id,
  }
}
