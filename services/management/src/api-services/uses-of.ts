import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { injectedPlaces, placedRefs } from './injected-fields.js'
import { type ServiceRecord, toService } from './service-row.js'

/** One place where a service puts a secret. */
export interface ServiceUse {
  readonly service: { readonly id: string; readonly slug: string; readonly name: string }
  readonly origin: string
  readonly placement: Placement
}

/** Every place where the organization's existing services put this secret. */
export async function usesOf(db: Knex, organizationId: string, secretId: string): Promise<ServiceUse[]> {
  const records = await db('services')
    .join('service_secrets', 'service_secrets.service_id', 'services.id')
    .where({ 'services.organization_id': organizationId, 'service_secrets.secret_id': secretId })
    .whereNull('services.deleted_at')
    .orderBy('services.slug')
    .select<ServiceRecord[]>('services.*')
  return records.map(toService).flatMap(({ id, slug, name, baseUrl, auth, extraHeaders }) =>
    placedRefs(injectedPlaces(auth, extraHeaders))
      .filter(({ ref }) => ref.secretId === secretId)
      .map(({ placement }) => ({ service: { id, slug, name }, origin: new URL(baseUrl).origin, placement })),
  )
}
