import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { NamedTemplate } from './auth.js'
import { injectedPlaces, placedRefs } from './injected-fields.js'
import { reservedWarning } from './reserved-endpoints.js'
import type { ServiceRow } from './service-row.js'
import type { AuthView, ServiceView } from './service-schemas.js'
import { type IdRef, showTemplate } from './template.js'

/** Current names, by id, of the secrets that these services use. A deleted secret is absent. */
export async function secretNames(
  db: Knex,
  organizationId: string,
  services: readonly ServiceRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(services.flatMap(secretIdsOf))]
  if (ids.length === 0) return new Map()
  const rows = await db('secrets')
    .where({ organization_id: organizationId, state: 'active' })
    .whereIn('id', ids)
    .select<{ id: string; name: string }[]>('id', 'name')
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** A service as its read shows it. */
export async function showService(db: Knex, service: ServiceRow): Promise<ServiceView> {
  return presentService(service, await secretNames(db, service.organizationId, [service]))
}

/** Whether none of the secrets that the service uses was deleted. */
export async function namesAreAllThere(db: Knex, service: ServiceRow): Promise<boolean> {
  const names = await secretNames(db, service.organizationId, [service])
  return secretIdsOf(service).every((id) => names.has(id))
}

export function presentService(service: ServiceRow, names: ReadonlyMap<string, string>): ServiceView {
  // A deleted secret is shown by its id in the braces. Saved again, that would be looked up as a name and refused.
  const nameOf = (secretId: string): string => names.get(secretId) ?? secretId
  return {
    id: service.id,
    slug: service.slug,
    name: service.name,
    preset: service.preset,
    baseUrl: service.baseUrl,
    auth: presentAuth(service, nameOf),
    extraHeaders: presentFields(service.extraHeaders, nameOf),
    methods: [...service.methods],
    paths: [...service.paths],
    limits: [...service.limits],
    timeoutMs: service.timeoutMs,
    bodyBytesMax: service.bodyBytesMax,
    scrub: service.scrub,
    forwardTraceContext: service.forwardTraceContext,
    enabled: service.enabled,
    externalVersion: service.externalVersion,
    warnings: warningsOf(service, names),
    createdAt: service.createdAt.toISOString(),
    updatedAt: service.updatedAt.toISOString(),
  }
}

function presentAuth({ auth }: ServiceRow, nameOf: (id: string) => string): AuthView {
  switch (auth.type) {
    case 'none':
      return { type: 'none' }
    case 'bearer':
      return { type: 'bearer', secret: nameOf(auth.secret.secretId) }
    case 'header':
    case 'query':
      return { type: auth.type, name: auth.name, secret: nameOf(auth.secret.secretId) }
    case 'basic':
      return { type: 'basic', user: showTemplate(auth.user, nameOf), password: showTemplate(auth.password, nameOf) }
    case 'custom':
      return {
        type: 'custom',
        headers: presentFields(auth.headers, nameOf),
        query: presentFields(auth.query, nameOf),
        ...(auth.path ? { path: showTemplate(auth.path, nameOf) } : {}),
      }
  }
}

function presentFields(
  fields: readonly NamedTemplate<IdRef>[],
  nameOf: (id: string) => string,
): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, showTemplate(value, nameOf)]))
}

function warningsOf(service: ServiceRow, names: ReadonlyMap<string, string>): string[] {
  const gone = secretIdsOf(service).filter((id) => !names.has(id))
  const reserved = reservedWarning(service)
  return [
    ...(service.limits.length === 0
      ? ['No rate limit: one device can spend all that the key allows. Add a limit per device.']
      : []),
    ...(reserved === undefined ? [] : [reserved]),
    ...gone.map(
      (id) => `Secret not found: ${id} was deleted. Name another one; until then requests answer SECRET_NOT_FOUND.`,
    ),
  ]
}

function secretIdsOf({ auth, extraHeaders }: ServiceRow): string[] {
  return [...new Set(placedRefs(injectedPlaces(auth, extraHeaders)).map(({ ref }) => ref.secretId))]
}
