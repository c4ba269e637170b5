import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { LinkView } from './app-schemas.js'
import { type AppDeps, findApp } from './app-store.js'
import { findLink, linkService, listLinks, unlinkService } from './links.js'
import { presentLink } from './present-link.js'

const LINK = '/orgs/{org}/apps/{app}/links/{service}'

export function linkRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/apps/{app}/links',
    summary: 'List the API services that an app may use',
    permission: 'apps:read',
    query: pageById('link'),
    answers: { status: 200, body: pageOf(LinkView) },
    handle: async ({ org, params, query }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const rows = await listLinks(deps.db, org.id, app.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentLink) }
    },
  })
  const read = route({
    method: 'GET',
    path: LINK,
    summary: 'Show a link',
    permission: 'apps:read',
    answers: { status: 200, body: LinkView },
    handle: async ({ org, params }) => {
      const shown = presentLink(await findLink(deps.db, org, params))
      return { body: shown, resource: shown }
    },
  })
  const link = route({
    method: 'PUT',
    path: LINK,
    summary: 'Link an app to an API service',
    permission: 'apps:write',
    answers: { status: 200, orCreated: true, body: LinkView },
    conditional: true,
    handle: async ({ actor, org, params, precondition }) => {
      const { link, made } = await linkService(deps, actor, org, { ...params, precondition })
      return { body: presentLink(link), created: made }
    },
  })
  const unlink = route({
    method: 'DELETE',
    path: LINK,
    summary: 'Remove the link',
    permission: 'apps:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, org, params, precondition }) => {
      await unlinkService(deps, actor, org, { ...params, precondition })
      return { body: undefined }
    },
  })
  return [list, read, link, unlink]
}
