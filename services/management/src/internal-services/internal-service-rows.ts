import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** An identity that an operator has registered. */
export interface InternalServiceRow {
  readonly id: string
  readonly spiffeId: string
  readonly organizationId: string
  readonly name: string
  readonly registeredAt: Date
}

const COLUMNS = {
  id: 'internal_services.id',
  spiffeId: 'internal_services.spiffe_id',
  organizationId: 'internal_services.organization_id',
  name: 'internal_services.name',
  registeredAt: 'internal_services.registered_at',
} as const

/** Does not find internal services of deleted organizations. */
export function findInternalService(db: Knex, spiffeId: string): Promise<InternalServiceRow | undefined> {
  return db('internal_services')
    .join('organizations', 'organizations.id', 'internal_services.organization_id')
    .where({ 'internal_services.spiffe_id': spiffeId, 'organizations.state': 'active' })
    .first<InternalServiceRow | undefined>(COLUMNS)
}

/** A page of an organization's internal services, ordered by id. */
export function pageOfInternalServices(
  db: Knex,
  organizationId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<InternalServiceRow[]> {
  const query = db('internal_services').where({ organization_id: organizationId })
  if (after !== undefined) query.where('id', '>', after)
  return query.orderBy('id').limit(limit).select<InternalServiceRow[]>(COLUMNS)
}

/** The identities among `spiffeIds` that are registered for this organization. */
export async function registeredAmong(
  db: Knex,
  organizationId: string,
  spiffeIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (spiffeIds.length === 0) return new Set()
  const rows = await db('internal_services')
    .where({ organization_id: organizationId })
    .whereIn('spiffe_id', [...spiffeIds])
    .select<{ spiffe_id: string }[]>('spiffe_id')
  return new Set(rows.map(({ spiffe_id }) => spiffe_id))
}

/** The number of an organization's internal services. */
export async function countInternalServices(db: Knex, organizationId: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: number }[] }>(
    'SELECT count(*)::int AS count FROM internal_services WHERE organization_id = ?',
    [organizationId],
  )
  return rows[0]?.count ?? 0
}
