import type { z } from 'zod'
import { cutPage, PageQuery, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { AppPatch, AppView, NewApp } from './app-schemas.js'
import { type AppDeps, type AppRecord, createApp, deleteApp, findApp, listApps, updateApp } from './app-store.js'
import { replaceAppToken } from './replace-app-token.js'

const APPS = '/orgs/{org}/apps'
const APP = '/orgs/{org}/apps/{app}'

export function appRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: APPS,
    summary: 'List apps',
    permission: 'apps:read',
    query: PageQuery,
    answers: { status: 200, body: pageOf(AppView) },
    handle: async ({ org, query }) => {
      const rows = await listApps(deps.db, org.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentApp) }
    },
  })
  const create = route({
    method: 'POST',
    path: APPS,
    summary: 'Create an app; the answer has its token',
    permission: 'apps:write',
    body: NewApp,
    answers: { status: 201, body: AppView },
    handle: async ({ actor, org, body }) => ({ body: presentApp(await createApp(deps, actor, org, body)) }),
  })
  return [list, create, ...oneAppRoutes(deps)]
}

function oneAppRoutes(deps: AppDeps): readonly Route[] {
  const read = route({
    method: 'GET',
    path: APP,
    summary: 'Show an app',
    permission: 'apps:read',
    answers: { status: 200, body: AppView },
    handle: async ({ org, params }) => ({ body: presentApp(await findApp(deps.db, org.id, params.app)) }),
  })
  const update = route({
    method: 'PATCH',
    path: APP,
    summary: 'Change an app',
    description: 'Answers when no request that starts now is served by what it was.',
    permission: 'apps:write',
    body: AppPatch,
    answers: { status: 200, body: AppView },
    handle: async ({ actor, org, params, body }) => ({
      body: presentApp(await updateApp(deps, actor, org, params.app, body)),
    }),
  })
  const remove = route({
    method: 'DELETE',
    path: APP,
    summary: 'Delete an app',
    permission: 'apps:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await deleteApp(deps, actor, org, params.app)
      return { body: undefined }
    },
  })
  const replaceToken = route({
    method: 'POST',
    path: '/orgs/{org}/apps/{app}/token',
    summary: 'Give an app another token',
    description: 'Answers when no request that starts now is served by the old token. Sessions stand.',
    permission: 'apps:write',
    answers: { status: 200, body: AppView },
    handle: async ({ actor, org, params }) => ({
      body: presentApp(await replaceAppToken(deps, actor, org, params.app)),
    }),
  })
  return [read, update, remove, replaceToken]
}

function presentApp(record: AppRecord): z.input<typeof AppView> {
  return {
    id: record.id,
    slug: record.slug,
    name: record.name,
    platform: record.platform,
    token: record.token,
    policy: record.policy,
    enabled: record.enabled,
    limits: record.limits,
    createdAt: record.created_at.toISOString(),
    updatedAt: record.updated_at.toISOString(),
  }
}
