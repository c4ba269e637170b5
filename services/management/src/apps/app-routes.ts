import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { goneSince } from '../idempotency/replays.js'
import { AppPatch, AppPut, AppView, NewApp } from './app-schemas.js'
import { type AppDeps, appOf, createApp, deleteApp, findApp, listApps, updateApp } from './app-store.js'
import { presentApp } from './present-app.js'
import { putApp } from './put-app.js'
import { replaceAppToken } from './replace-app-token.js'

const APPS = '/orgs/{org}/apps'
const APP = '/orgs/{org}/apps/{app}'

export function appRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: APPS,
    summary: 'List apps',
    permission: 'apps:read',
    query: pageById('app'),
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
    once: {
      compared: (body) => body,
      async again({ org }, made) {
        const app = await appOf(deps.db, org.id, made)
        if (!app) throw goneSince(made)
        return { body: presentApp(app), resource: presentApp(app) }
      },
    },
    handle: async ({ actor, org, body, claim }) => {
      const shown = presentApp(await createApp(deps, actor, org, { asked: body, claim }))
      return { body: shown, resource: shown }
    },
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
    handle: async ({ org, params }) => {
      const shown = presentApp(await findApp(deps.db, org.id, params.app))
      return { body: shown, resource: shown }
    },
  })
  const update = route({
    method: 'PATCH',
    path: APP,
    summary: 'Change an app',
    description: 'Answers once no new request is served with the previous settings.',
    permission: 'apps:write',
    body: AppPatch,
    answers: { status: 200, body: AppView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const shown = presentApp(await updateApp(deps, actor, org, { app: params.app, patch: body, precondition }))
      return { body: shown, resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: APP,
    summary: 'Delete an app',
    permission: 'apps:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, org, params, precondition }) => {
      await deleteApp(deps, actor, org, { app: params.app, precondition })
      return { body: undefined }
    },
  })
  const put = route({
    method: 'PUT',
    path: APP,
    summary: 'Create the app of this slug, or replace its settings with the body',
    description:
      'A field that is left out gets its default; the token stays. Answers once no new request is served with the previous settings. If `externalVersion` equals the one in force, the rest of the body is ignored.',
    permission: 'apps:write',
    body: AppPut,
    answers: { status: 200, orCreated: true, body: AppView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const { outcome, app } = await putApp(deps, actor, org, { slug: params.app, given: body, precondition })
      return { body: presentApp(app), created: outcome === 'created' }
    },
  })
  const replaceToken = route({
    method: 'POST',
    path: '/orgs/{org}/apps/{app}/token',
    summary: 'Give an app another token',
    description: 'Answers once no new request is served with the old token. Sessions stay valid.',
    permission: 'apps:write',
    answers: { status: 200, body: AppView },
    handle: async ({ actor, org, params }) => ({
      body: presentApp(await replaceAppToken(deps, actor, org, params.app)),
    }),
  })
  return [read, update, put, remove, replaceToken]
}
