import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type ServiceRecord, type ServiceRow, toService } from '../../api-services/service-row.js'
import type { AppRow } from '../sessions/session-rows.js'
import type { IdentifiedApp } from './identify-app.js'

export interface LinkedService {
  readonly service: ServiceRow
  /** Null for a test call, which needs no link. */
  readonly linkId: string | null
}

/**
 * A service and the caller's link to it, in one read. The service is found by its slug only: an id in the path is not a
 * route.
 *
 * @throws Fault ENDPOINT_NOT_FOUND, ENDPOINT_DISABLED, ENDPOINT_NOT_LINKED; INVALID_TOKEN for a test call of another
 * service.
 */
export async function linkedService(trx: Knex, { app, testOf }: IdentifiedApp, slug: string): Promise<LinkedService> {
  const { id: appId, organizationId } = app
  const record = await trx('services')
    .leftJoin('links', (join) =>
      join
        .on('links.service_id', 'services.id')
        .onVal('links.organization_id', organizationId)
        .onVal('links.app_id', appId),
    )
    .where({ 'services.organization_id': organizationId, 'services.slug': slug, 'services.deleted_at': null })
    .first<(ServiceRecord & { readonly link_id: string | null }) | undefined>('services.*', 'links.id as link_id')
  if (!record) throw new Fault('ENDPOINT_NOT_FOUND', `no service ${slug} in ${organizationId}`)
  const [service, linkId] = [toService(record), record.link_id]
  if (!service.enabled) throw new Fault('ENDPOINT_DISABLED', `service ${service.id} is disabled`)
  if (testOf === null && linkId === null) throw notLinked(app, service)
  if (testOf !== null && testOf !== service.id)
    throw new Fault('INVALID_TOKEN', 'a test call’s session for another service')
  return { service, linkId }
}

function notLinked(app: AppRow, service: ServiceRow): Fault {
  return new Fault('ENDPOINT_NOT_LINKED', `app ${app.id} is not linked to service ${service.id}`, {
    say: `This app is not linked to the API service ${service.slug}. Link them in the organization that owns both.`,
  })
}
