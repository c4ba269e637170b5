import { z } from 'zod'
import { type Read, readNow } from '../../db/read.js'
import { type ExportDeps, exportPages } from '../../export/export-pages.js'
import { Timestamp } from '../../http/fields.js'
import { cutPage, pageOf, pageQuery } from '../../http/page.js'
import { type Route, route } from '../../http/route.js'
import { TIME_RANGE } from '../../http/time-range.js'
import { cursorOf, isLogCursor, parseCursor } from './log-cursor.js'
import { type LoggedRequest, namesOf, readAccessLog } from './read-access-log.js'

const Named = z.object({ id: z.string(), slug: z.string().nullable(), name: z.string().nullable() })

const AccessView = z
  .object({
    requestId: z.string(),
    at: Timestamp,
    state: z.enum(['admitted', 'finished', 'void']).meta({
      description:
        'admitted: still running, or its proxy died. void: refused after admission; no secret left the proxy.',
    }),
    app: Named,
    service: Named,
    device: z.string().nullable(),
    secrets: z.array(z.string()).meta({ description: 'The names at that time.' }),
    method: z.string(),
    path: z.string(),
    sourceAddress: z.string(),
    platform: z.string(),
    appVersion: z.string().nullable(),
    unattested: z.boolean(),
    status: z.int().nullable(),
    fault: z.string().nullable(),
    requestBytes: z.int().nullable(),
    responseBytes: z.int().nullable(),
    upstreamMs: z.int().nullable(),
    totalMs: z.int().nullable(),
    aborted: z.boolean(),
  })
  .meta({ id: 'AccessEntry' })

type Names = ReadonlyMap<string, { slug: string; name: string }>

/** Every request that a secret was injected into. */
export function accessLogRoutes(deps: ExportDeps): readonly Route[] {
  const { db } = deps
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/access-log',
    summary: 'List the access log, newest first',
    permission: 'access-log:read',
    query: pageQuery(isLogCursor).extend(TIME_RANGE),
    answers: { status: 200, body: pageOf(AccessView) },
    handle: async ({ org, query: { cursor, limit, ...range } }) => {
      const before = cursor === undefined ? undefined : parseCursor(cursor)
      const read = readNow(db)
      const rows = await readAccessLog(read, org.id, { ...range, before, limit: limit + 1 })
      const names = await namesIn(read, org.id, rows)
      return { body: cutPage(rows, limit, cursorOf, (row) => present(row, names)) }
    },
  })
  const all = route({
    method: 'GET',
    path: '/orgs/{org}/access-log/export',
    summary: 'Export the access log as NDJSON, newest first',
    description:
      'Streamed; shows the state at the time of the request. An answer that breaks off (no last chunk: curl ends with 18) is incomplete. Entries reach the log within seconds.',
    permission: 'access-log:read',
    query: z.strictObject(TIME_RANGE),
    answers: { status: 200, lines: AccessView },
    snapshot: deps.snapshot,
    handle: async ({ actor, org, query, snapshot: { read } }) => ({
      body: undefined,
      pages: exportPages(deps, {
        organizationId: org.id,
        event: 'access-log.exported',
        range: query,
        actor,
        read: (before: LoggedRequest | undefined, limit) => readAccessLog(read, org.id, { ...query, before, limit }),
        async present(rows) {
          const names = await namesIn(read, org.id, rows)
          return rows.map((row) => present(row, names))
        },
      }),
    }),
  })
  return [list, all]
}

interface LogNames {
  readonly apps: Names
  readonly services: Names
}

async function namesIn(read: Read, organizationId: string, rows: readonly LoggedRequest[]): Promise<LogNames> {
  const idsOf = (kind: 'app' | 'service') => rows.map(({ subject }) => subject[kind])
  return {
    apps: await namesOf(read, 'apps', organizationId, idsOf('app')),
    services: await namesOf(read, 'services', organizationId, idsOf('service')),
  }
}

function present(
  { requestId, at, subject, ending }: LoggedRequest,
  { apps, services }: LogNames,
): z.input<typeof AccessView> {
  const outcome = ending?.outcome
  return {
    requestId,
    at: at.toISOString(),
    state: ending?.kind ?? 'admitted',
    app: named(subject.app, apps),
    service: named(subject.service, services),
    device: subject.device || null,
    secrets: subject.secrets.map(({ name }) => name),
    method: subject.method,
    path: subject.path,
    sourceAddress: subject.sourceAddress,
    platform: subject.platform,
    appVersion: subject.appVersion || null,
    unattested: subject.unattested,
    // On the wire, a request that ended without an answer has the status 0.
    status: outcome?.status || null,
    fault: outcome?.fault || null,
    requestBytes: outcome?.requestBytes ?? null,
    responseBytes: outcome?.responseBytes ?? null,
    upstreamMs: outcome?.upstreamMs ?? null,
    totalMs: outcome?.totalMs ?? null,
    aborted: outcome?.aborted ?? false,
  }
}

const named = (id: string, names: Names) => ({
  id,
  slug: names.get(id)?.slug ?? null,
  name: names.get(id)?.name ?? null,
})
