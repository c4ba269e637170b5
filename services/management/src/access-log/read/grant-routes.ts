import { z } from 'zod'
import { readNow } from '../../db/read.js'
import { type ExportDeps, exportPages } from '../../export/export-pages.js'
import { Timestamp } from '../../http/fields.js'
import { cutPage, pageOf, pageQuery } from '../../http/page.js'
import { type Route, route } from '../../http/route.js'
import { TIME_RANGE } from '../../http/time-range.js'
import { cursorOf, isLogCursor, parseCursor } from './log-cursor.js'
import { type LoggedGrant, readGrants } from './read-grants.js'

const GrantView = z
  .object({
    requestId: z.string(),
    at: Timestamp,
    internalService: z.object({ id: z.string(), name: z.string(), spiffeId: z.string() }),
    secrets: z.array(z.object({ id: z.string(), name: z.string() })).meta({
      description:
        'The secrets that it could lease from the vault for one minute from then on, with their names at that time.',
    }),
  })
  .meta({ id: 'InternalServiceGrant' })

/** Which internal service was granted which secrets, and when. */
export function grantRoutes(deps: ExportDeps): readonly Route[] {
  const { db } = deps
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/access-log/internal-services',
    summary: 'List what internal services were granted, newest first',
    permission: 'access-log:read',
    query: pageQuery(isLogCursor).extend(TIME_RANGE),
    answers: { status: 200, body: pageOf(GrantView) },
    handle: async ({ org, query: { cursor, limit, ...range } }) => {
      const before = cursor === undefined ? undefined : parseCursor(cursor)
      const rows = await readGrants(readNow(db), org.id, { ...range, before, limit: limit + 1 })
      return { body: cutPage(rows, limit, cursorOf, present) }
    },
  })
  const all = route({
    method: 'GET',
    path: '/orgs/{org}/access-log/internal-services/export',
    summary: 'Export what internal services were granted as NDJSON, newest first',
    description:
      'Streamed; shows the state at the time of the request. An answer that breaks off (no last chunk: curl ends with 18) is incomplete.',
    permission: 'access-log:read',
    query: z.strictObject(TIME_RANGE),
    answers: { status: 200, lines: GrantView },
    snapshot: deps.snapshot,
    handle: async ({ actor, org, query, snapshot: { read } }) => ({
      body: undefined,
      pages: exportPages(deps, {
        organizationId: org.id,
        event: 'service-grants.exported',
        range: query,
        actor,
        read: (before: LoggedGrant | undefined, limit) => readGrants(read, org.id, { ...query, before, limit }),
        present: async (rows) => rows.map(present),
      }),
    }),
  })
  return [list, all]
}

function present({ requestId, at, entry: { internalService, secrets } }: LoggedGrant): z.input<typeof GrantView> {
  const { id, name, spiffeId } = internalService
  return {
    requestId,
    at: at.toISOString(),
    internalService: { id, name, spiffeId },
    secrets: secrets.map((secret) => ({ id: secret.id, name: secret.name })),
  }
}
