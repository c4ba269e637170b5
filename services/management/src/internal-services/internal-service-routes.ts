import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import { Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf, pageQuery } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { showSecret } from '../secrets/show-secret.js'
import { pageOfInternalServices } from './internal-service-rows.js'
import { pageOfUses } from './service-uses.js'

const InternalServiceView = z.object({
  id: z.string(),
  name: z.string(),
  spiffeId: z.string().meta({ description: 'The id to put into `bindings.services` of a secret.' }),
  registeredAt: Timestamp,
})

const ServiceUseView = z.object({
  spiffeId: z.string(),
  name: z.string().meta({ description: 'The name under which it was registered at that time.' }),
  lastGrantedAt: Timestamp.meta({ description: 'To the minute. The access log has each time.' }),
})

/** Read-only: an operator registers internal services, and nobody of the organization can. */
export function internalServiceRoutes({ db }: { readonly db: Knex }): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/internal-services',
    summary: 'List the internal services that secrets may be bound to',
    permission: 'secrets:read',
    query: pageById('internalService'),
    answers: { status: 200, body: pageOf(InternalServiceView) },
    handle: async ({ org, query }) => {
      const rows = await pageOfInternalServices(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          ({ id, name, spiffeId, registeredAt }) => ({ id, name, spiffeId, registeredAt: registeredAt.toISOString() }),
        ),
      }
    },
  })
  const uses = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}/internal-services',
    summary: 'List the internal services that were granted a secret, and when last',
    permission: 'secrets:read',
    query: pageQuery((text) => text.startsWith('spiffe://')),
    answers: { status: 200, body: pageOf(ServiceUseView) },
    handle: async ({ org, params, query }) => {
      const { id } = await showSecret(db, org.id, params.secret)
      const rows = await pageOfUses(db, id, { after: query.cursor, limit: query.limit + 1 })
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ spiffeId }) => spiffeId,
          ({ spiffeId, name, lastGrantedAt }) => ({ spiffeId, name, lastGrantedAt: lastGrantedAt.toISOString() }),
        ),
      }
    },
  })
  return [list, uses]
}
