import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change } from '../feed/commit-change.js'
import { Slug } from '../http/fields.js'
import type { Precondition } from '../http/precondition.js'
import { lockForCreation } from '../orgs/org-store.js'
import { namesAreAllThere, showService } from './present-service.js'
import { findService, type ServiceRow, toService } from './service-row.js'
import type { ServicePut } from './service-schemas.js'
import { nameSecrets, updateServiceRow } from './service-store.js'
import { columnsOf, insertService, type WholeService, wholeService } from './whole-service.js'
import { type ServiceDeps, serviceNotFound } from './write-service.js'

export interface PutService {
  /** The slug, or the id of an existing service. */
  readonly slug: string
  readonly given: ServicePut
  readonly precondition: Precondition
}

export interface ServiceWasPut {
  readonly outcome: 'created' | 'replaced' | 'unchanged'
  readonly service: ServiceRow
}

/**
 * Creates or replaces the service of this slug as a whole: fields that the request leaves out get their defaults. If
 * `externalVersion` is already in force, nothing is changed, and the answer waits as the first one did.
 *
 * @throws Fault ENDPOINT_NOT_FOUND, PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED.
 */
export async function putService(
  deps: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { slug, given, precondition }: PutService,
): Promise<ServiceWasPut> {
  const whole = wholeService(deps.privateUpstreams, given)
  const { result } = await deps.commitChange<ServiceWasPut>(actor, async (trx) => {
    const before = (await findService(trx, org.id, slug, 'lock')) ?? (await findAlone(trx, org.id, slug))
    // The id of no existing service cannot serve as the slug of a new one.
    if (!before && !Slug.safeParse(slug).success) throw serviceNotFound()
    await precondition(async () => before && showService(trx, before))
    if (!before) {
      const made = await insertService(trx, org.id, { id: newId('service'), slug }, whole)
      return { ...made, result: { outcome: 'created', service: made.result } }
    }
    const same = whole.externalVersion !== null && whole.externalVersion === before.externalVersion
    // If a secret was deleted since, the service is broken, and putting it again is the way to mend it.
    if (same && (await namesAreAllThere(trx, before))) {
      return { result: { outcome: 'unchanged', service: before }, feed: [], audit: [] }
    }
    const replaced = await replaceService(trx, before, whole)
    return { ...replaced, result: { outcome: 'replaced', service: replaced.result } }
  })
  // RETRYWAITS: the put that made this state may still be waiting.
  if (result.outcome === 'unchanged') await deps.waitUntilSeen.everything()
  return result
}

/** If two requests create the same slug at the same time, the lock lets the second find the first one's service. */
async function findAlone(trx: Knex.Transaction, organizationId: string, slug: string): Promise<ServiceRow | undefined> {
  await lockForCreation(trx, organizationId)
  return findService(trx, organizationId, slug, 'lock')
}

async function replaceService(
  trx: Knex.Transaction,
  { organizationId, id, slug }: ServiceRow,
  whole: WholeService,
): Promise<Change<ServiceRow>> {
  const { columns, secretIds } = await columnsOf(trx, organizationId, whole)
  const record = await updateServiceRow(trx, organizationId, id, {
    ...columns,
    // Raised even if nothing differs, because the answer says "in force" and must have waited for it (RETRYWAITS).
    generation: trx.raw('generation + 1'),
    updated_at: trx.raw('now()'),
  })
  await nameSecrets(trx, organizationId, id, secretIds)
  const after = toService(record)
  return {
    result: after,
    feed: [{ kind: 'service', id, generation: after.generation }],
    audit: [{ organizationId, event: 'service.replaced', targetId: id, details: { slug } }],
  }
}
