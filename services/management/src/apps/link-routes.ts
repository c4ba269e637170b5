import type { z } from 'zod'
import { cutPage, PageQuery, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { LinkView } from './app-schemas.js'
import { type AppDeps, findApp } from './app-store.js'
import { type LinkRecord, linkService, listLinks, unlinkService } from './links.js'

const LINK = '/orgs/{org}/apps/{app}/links/{service}'

export function linkRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/apps/{app}/links',
    summary: 'List the API services that an app may use',
    permission: 'apps:read',
    query: PageQuery,
    answers: { status: 200, body: pageOf(LinkView) },
    handle: async ({ org, params, query }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const rows = await listLinks(deps.db, org.id, app.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentLink) }
    },
  })
  const link = route({
    method: 'PUT',
    path: LINK,
    summary: 'Link an app to an API service',
    permission: 'apps:write',
    answers: { status: 200, body: LinkView },
    handle: async ({ actor, org, params }) => ({ body: presentLink(await linkService(deps, actor, org, params)) }),
  })
  const unlink = route({
    method: 'DELETE',
    path: LINK,
    summary: 'Take the link away',
    permission: 'apps:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await unlinkService(deps, actor, org, params)
      return { body: undefined }
    },
  })
  return [list, link, unlink]
}

function presentLink({ id, created_at, service_id, slug, name, enabled }: LinkRecord): z.input<typeof LinkView> {
  return { id, service: { id: service_id, slug, name, enabled }, createdAt: created_at.toISOString() }
}
