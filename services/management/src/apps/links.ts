import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { CallOrg } from '../access/principal.js'
import { findService } from '../api-services/service-row.js'
import { serviceNotFound } from '../api-services/write-service.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change } from '../feed/commit-change.js'
import { type AppDeps, findApp } from './app-store.js'

export interface LinkRecord {
  readonly id: string
  readonly created_at: Date
  readonly service_id: string
  readonly slug: string
  readonly name: string
  readonly enabled: boolean
}

/** A link's generation is 1 while it is there; taking it away feeds 2, and a new one has a new id. */
const UNLINKED_GENERATION = 2

export function listLinks(
  db: Knex,
  organizationId: string,
  appId: string,
  which: { after?: string | undefined; limit: number; serviceId?: string },
): Promise<LinkRecord[]> {
  const query = db('links')
    .join('services', 'services.id', 'links.service_id')
    .where({ 'links.organization_id': organizationId, 'links.app_id': appId, 'services.deleted_at': null })
  if (which.after !== undefined) query.where('links.id', '>', which.after)
  if (which.serviceId !== undefined) query.where('services.id', which.serviceId)
  return query
    .orderBy('links.id')
    .limit(which.limit)
    .select<LinkRecord[]>(
      'links.id',
      'links.created_at',
      'services.id as service_id',
      'services.slug',
      'services.name',
      'services.enabled',
    )
}

/** Links, or finds them linked. @throws Fault APP_NOT_FOUND, ENDPOINT_NOT_FOUND. */
export async function linkService(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; service: string },
): Promise<LinkRecord> {
  const { result } = await commitChange(actor, async (trx): Promise<Change<LinkRecord>> => {
    const { appId, serviceId } = await both(trx, org.id, asked)
    const made = await trx('links')
      .insert({ id: newId('link'), organization_id: org.id, app_id: appId, service_id: serviceId })
      .onConflict(['app_id', 'service_id'])
      .ignore()
      .returning<{ id: string }[]>('id')
    const [link] = await listLinks(trx, org.id, appId, { limit: 1, serviceId })
    if (!link) throw new Error('a link that was just made is not there')
    const audit = made.map(({ id }) => ({
      organizationId: org.id,
      event: 'link.created',
      targetId: id,
      details: { app: appId, service: serviceId },
    }))
    // No feed row: proxies hold routes, and no knowledge of their absence.
    return { result: link, feed: [], audit }
  })
  return result
}

/** @throws Fault APP_NOT_FOUND, ENDPOINT_NOT_FOUND; NOT_FOUND where they are not linked. */
export async function unlinkService(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; service: string },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const { appId, serviceId } = await both(trx, org.id, asked)
    const gone = await trx('links')
      .where({ organization_id: org.id, app_id: appId, service_id: serviceId })
      .delete()
      .returning<{ id: string }[]>('id')
    if (gone.length === 0)
      throw new Fault('NOT_FOUND', 'no such link', { say: 'This app is not linked to this API service.' })
    return {
      result: undefined,
      feed: gone.map(({ id }) => ({ kind: 'link', id, generation: UNLINKED_GENERATION })),
      audit: gone.map(({ id }) => ({
        organizationId: org.id,
        event: 'link.deleted',
        targetId: id,
        details: { app: appId, service: serviceId },
      })),
    }
  })
}

/** Both locked: neither can be deleted while they are being linked. */
async function both(
  trx: Knex.Transaction,
  organizationId: string,
  asked: { app: string; service: string },
): Promise<{ appId: string; serviceId: string }> {
  const app = await findApp(trx, organizationId, asked.app, 'lock')
  const service = await findService(trx, organizationId, asked.service, 'lock')
  if (!service) throw serviceNotFound()
  return { appId: app.id, serviceId: service.id }
}
