import { type Bindings, bindingsAllow, normalizeBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { injectedPlaces, placedRefs } from '../../api-services/injected-fields.js'
import type { ServiceRow } from '../../api-services/service-row.js'

/** LABEL: version id and generation from one row, read together. */
export interface RouteSecret {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  readonly name: string
  readonly expiresMs: number
  readonly bindings: Bindings
}

interface SecretRecord {
  readonly id: string
  readonly version_id: string
  readonly generation: string
  readonly name: string
  readonly expires_at: Date | null
  readonly bindings: Bindings
}

/**
 * The secrets that a service names, in force. A pending one is not found; a deleted one never comes back.
 *
 * @throws Fault SECRET_NOT_FOUND, SECRET_EXPIRED, DESTINATION_NOT_ALLOWED.
 */
export async function routeSecrets(
  db: Knex,
  service: ServiceRow,
  secretIds: readonly string[],
  nowMs: number,
): Promise<RouteSecret[]> {
  if (secretIds.length === 0) return []
  const records = await db('secrets')
    .where({ organization_id: service.organizationId, state: 'active' })
    .whereIn('id', [...secretIds])
    .orderBy('id')
    .select<SecretRecord[]>('id', 'version_id', 'generation', 'name', 'expires_at', 'bindings')
  if (records.length < secretIds.length) throw notFound(service)
  const secrets = records.map(toRouteSecret)
  const expired = secrets.find(({ expiresMs }) => expiresMs <= nowMs)
  if (expired) throw hasExpired(service, expired.name)
  refuseUnbound(service, secrets)
  return secrets
}

function toRouteSecret(record: SecretRecord): RouteSecret {
  return {
    secretId: record.id,
    versionId: record.version_id,
    generation: Number(record.generation),
    name: record.name,
    expiresMs: record.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    bindings: normalizeBindings(record.bindings),
  }
}

/** Checked when the service was saved, and again here, because a new value may have changed the bindings since. */
function refuseUnbound(service: ServiceRow, secrets: readonly RouteSecret[]): void {
  const origin = new URL(service.baseUrl).origin
  for (const { placement, ref } of placedRefs(injectedPlaces(service.auth, service.extraHeaders))) {
    const secret = secrets.find(({ secretId }) => secretId === ref.secretId)
    if (secret && bindingsAllow(secret.bindings, origin, placement)) continue
    throw new Fault('DESTINATION_NOT_ALLOWED', `service ${service.id} puts secret ${ref.secretId} outside its bindings`)
  }
}

function notFound(service: ServiceRow): Fault {
  return new Fault('SECRET_NOT_FOUND', `service ${service.id} names a secret that is not in force`, {
    say: `Secret not found: the API service ${service.slug} names a secret that does not exist any more. Check the name’s spelling (case-sensitive), that the secret exists in this organization, and that it is linked to the API service; then save the service with it.`,
  })
}

function hasExpired(service: ServiceRow, name: string): Fault {
  return new Fault('SECRET_EXPIRED', `a secret of service ${service.id} has expired`, {
    say: `The secret ${name} of the API service ${service.slug} has expired. Replace its value.`,
  })
}
