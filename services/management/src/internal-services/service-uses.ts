import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { InternalServiceRow } from './internal-service-rows.js'

const LIMITS = {
  /** Least time between two writes of the time of use. Each process of a service asks twice a minute. */
  touchSeconds: 60,
} as const

/** An internal service that a secret was granted to, and the last time, to the minute. */
export interface ServiceUse {
  readonly spiffeId: string
  readonly name: string
  readonly lastGrantedAt: Date
}

/** Locks rows always in the same order, so that the grants of two services cannot deadlock. */
export async function noteUses(
  trx: Knex,
  { spiffeId, name }: Pick<InternalServiceRow, 'spiffeId' | 'name'>,
  secretIds: readonly string[],
  atMs: number,
): Promise<void> {
  await trx.raw(
    `INSERT INTO service_uses AS held (secret_id, spiffe_id, name, last_granted_at)
     SELECT secret.id, ?, ?, to_timestamp(?::float8 / 1000)
     FROM unnest(?::text[]) AS secret (id)
     LEFT JOIN service_uses AS known ON known.secret_id = secret.id AND known.spiffe_id = ?
     WHERE known.secret_id IS NULL OR known.name <> ?
       OR known.last_granted_at <= to_timestamp(?::float8 / 1000) - make_interval(secs => ?)
     ORDER BY secret.id COLLATE "C"
     ON CONFLICT (secret_id, spiffe_id) DO UPDATE
       SET name = excluded.name, last_granted_at = greatest(held.last_granted_at, excluded.last_granted_at)`,
    [spiffeId, name, atMs, [...secretIds], spiffeId, name, atMs, LIMITS.touchSeconds],
  )
}

/** A page of a secret's uses, ordered by identity. */
export async function pageOfUses(
  db: Knex,
  secretId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ServiceUse[]> {
  const query = db('service_uses').where({ secret_id: secretId })
  if (after !== undefined) query.where('spiffe_id', '>', after)
  return query
    .orderBy('spiffe_id')
    .limit(limit)
    .select<ServiceUse[]>({ spiffeId: 'spiffe_id', name: 'name', lastGrantedAt: 'last_granted_at' })
}
