import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import { findService } from '../api-services/service-row.js'
import { serviceNotFound } from '../api-services/write-service.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change } from '../feed/commit-change.js'
import type { Precondition } from '../http/precondition.js'
import { type AppDeps, findApp } from './app-store.js'
import { type LinkRecord, presentLink } from './present-link.js'

/** The app and the service of a link, by id or slug. */
export interface LinkEnds {
  readonly app: string
  readonly service: string
}

/** A link has generation 1 while it exists. Removing it feeds generation 2. A new link has a new id. */
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

/** @throws Fault APP_NOT_FOUND, ENDPOINT_NOT_FOUND; NOT_FOUND where they are not linked. */
export async function findLink(db: Knex, org: CallOrg, asked: LinkEnds): Promise<LinkRecord> {
  const app = await findApp(db, org.id, asked.app)
  const service = await findService(db, org.id, asked.service)
  if (!service) throw serviceNotFound()
  const link = await linkOf(db, org.id, { appId: app.id, serviceId: service.id })
  if (!link) throw notLinked()
  return link
}

/** Makes the link, unless it exists. @throws Fault APP_NOT_FOUND, ENDPOINT_NOT_FOUND, PRECONDITION_FAILED. */
export async function linkService(
  { commitChange, waitUntilSeen }: AppDeps,
  actor: Actor,
  org: CallOrg,
  { precondition, ...asked }: LinkEnds & { precondition: Precondition },
): Promise<{ link: LinkRecord; made: boolean }> {
  const { result } = await commitChange(actor, async (trx): Promise<Change<{ link: LinkRecord; made: boolean }>> => {
    const ends = await both(trx, org.id, asked)
    const { appId, serviceId } = ends
    await precondition(() => shownLink(trx, org.id, ends))
    const made = await trx('links')
      .insert({ id: newId('link'), organization_id: org.id, app_id: appId, service_id: serviceId })
      .onConflict(['app_id', 'service_id'])
      .ignore()
      .returning<{ id: string }[]>('id')
    const link = await linkOf(trx, org.id, ends)
    if (!link) throw new Error('a link that was just made is not there')
    const audit = made.map(({ id }) => ({
      organizationId: org.id,
      event: 'link.created',
      targetId: id,
      details: { app: appId, service: serviceId },
    }))
    // No feed row: proxies hold routes, but do not remember that a route is absent.
    return { result: { link, made: made.length > 0 }, feed: [], audit }
  })
  // RETRYWAITS: a request that changes nothing waits for what was committed before it.
  if (!result.made) await waitUntilSeen.everything()
  return result
}

/** @throws Fault APP_NOT_FOUND, ENDPOINT_NOT_FOUND; NOT_FOUND where they are not linked; PRECONDITION_FAILED. */
export async function unlinkService(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  { precondition, ...asked }: LinkEnds & { precondition: Precondition },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const ends = await both(trx, org.id, asked)
    const { appId, serviceId } = ends
    if (!(await linkOf(trx, org.id, ends))) throw notLinked()
    await precondition(() => shownLink(trx, org.id, ends))
    const gone = await trx('links')
      .where({ organization_id: org.id, app_id: appId, service_id: serviceId })
      .delete()
      .returning<{ id: string }[]>('id')
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

interface Ends {
  readonly appId: string
  readonly serviceId: string
}

async function linkOf(db: Knex, organizationId: string, { appId, serviceId }: Ends): Promise<LinkRecord | undefined> {
  const [link] = await listLinks(db, organizationId, appId, { limit: 1, serviceId })
  return link
}

async function shownLink(db: Knex, organizationId: string, ends: Ends): Promise<unknown> {
  const link = await linkOf(db, organizationId, ends)
  return link && presentLink(link)
}

const notLinked = (): Fault =>
  new Fault('NOT_FOUND', 'no such link', { say: 'This app is not linked to this API service.' })

/** Locks both rows, so that neither can be deleted while they are being linked. */
async function both(trx: Knex.Transaction, organizationId: string, asked: LinkEnds): Promise<Ends> {
  const app = await findApp(trx, organizationId, asked.app, 'lock')
  const service = await findService(trx, organizationId, asked.service, 'lock')
  if (!service) throw serviceNotFound()
  return { appId: app.id, serviceId: service.id }
}
