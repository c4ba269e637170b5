import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import { unlessSlugTaken } from '../db/unless-slug-taken.js'
import { lockForCreation } from '../orgs/org-store.js'
import type { ServiceRecord } from './service-row.js'
import { SERVICE_LIMITS } from './service-schemas.js'

/** @throws Fault CONFLICT where the slug is taken. */
export const insertServiceRow = (trx: Knex.Transaction, row: Record<string, unknown>): Promise<ServiceRecord> =>
  unlessSlugTaken('services', async () =>
    returnedRow(await trx('services').insert(row).returning<ServiceRecord[]>('*')),
  )

/** @throws Fault CONFLICT where the slug is taken. */
export const updateServiceRow = (
  trx: Knex.Transaction,
  organizationId: string,
  id: string,
  columns: Record<string, unknown>,
): Promise<ServiceRecord> =>
  unlessSlugTaken('services', async () =>
    returnedRow(
      await trx('services')
        .where({ organization_id: organizationId, id })
        .update(columns)
        .returning<ServiceRecord[]>('*'),
    ),
  )

/** Records the secrets that a service uses from now on, in place of those before. */
export async function nameSecrets(
  trx: Knex.Transaction,
  organizationId: string,
  serviceId: string,
  secretIds: readonly string[],
): Promise<void> {
  await trx('service_secrets').where({ organization_id: organizationId, service_id: serviceId }).delete()
  if (secretIds.length === 0) return
  await trx('service_secrets').insert(
    secretIds.map((id) => ({ organization_id: organizationId, service_id: serviceId, secret_id: id })),
  )
}

/** @throws Fault CONFLICT. */
export async function refuseTooManyServices(trx: Knex.Transaction, organizationId: string): Promise<void> {
  await lockForCreation(trx, organizationId)
  const services = trx('services').where({ organization_id: organizationId, deleted_at: null })
  if (!(await isFull(services, SERVICE_LIMITS.servicesPerOrganization))) return
  throw new Fault('CONFLICT', 'too many services', {
    say: `An organization has at most ${SERVICE_LIMITS.servicesPerOrganization} API services. Delete one first.`,
  })
}
