import { z } from 'zod'
import { Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { type AppSessionRecord, listAppSessions, revokeAppSession } from './app-sessions.js'
import { type AppDeps, findApp } from './app-store.js'

const AppSessionView = z
  .object({
    id: z.string(),
    device: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp,
    revokedAt: Timestamp.nullable(),
  })
  .meta({ id: 'AppSession' })

export function appSessionRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/apps/{app}/sessions',
    summary: 'List the sessions of an app that have not expired, newest first, without their tokens',
    permission: 'apps:read',
    query: pageById('session'),
    answers: { status: 200, body: pageOf(AppSessionView) },
    handle: async ({ org, params, query }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const rows = await listAppSessions(deps.db, org.id, app.id, { before: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentAppSession) }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/orgs/{org}/apps/{app}/sessions/{appSession}',
    summary: 'Revoke one session; its device may get another',
    description: 'Answers once no new request is served with it.',
    permission: 'apps:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await revokeAppSession(deps, actor, org, { app: params.app, id: params.appSession })
      return { body: undefined }
    },
  })
  return [list, revoke]
}

function presentAppSession(record: AppSessionRecord): z.input<typeof AppSessionView> {
  return {
    id: record.id,
    device: record.device_id,
    createdAt: record.created_at.toISOString(),
    expiresAt: record.expires_at.toISOString(),
    revokedAt: record.revoked_at?.toISOString() ?? null,
  }
}
