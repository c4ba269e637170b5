import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { StoredAuth, StoredHeaders } from './auth.js'
import type { LimitSpec } from './limits.js'

/** A service as management's code uses it. */
export interface ServiceRow {
  readonly id: string
  readonly organizationId: string
  readonly slug: string
  readonly name: string
  readonly preset: string | null
  readonly baseUrl: string
  readonly auth: StoredAuth
  readonly extraHeaders: StoredHeaders
  readonly methods: readonly string[]
  readonly paths: readonly string[]
  readonly limits: readonly LimitSpec[]
  readonly timeoutMs: number
  readonly bodyBytesMax: number
  readonly scrub: boolean
  readonly forwardTraceContext: boolean
  readonly enabled: boolean
  readonly externalVersion: string | null
  readonly generation: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The row as pg returns it: bigint as text, jsonb parsed. */
export interface ServiceRecord {
  readonly id: string
  readonly organization_id: string
  readonly slug: string
  readonly name: string
  readonly preset: string | null
  readonly base_url: string
  readonly auth: StoredAuth
  readonly extra_headers: StoredHeaders
  readonly methods: string[]
  readonly paths: string[]
  readonly limits: LimitSpec[]
  readonly timeout_ms: number
  readonly body_bytes_max: string
  readonly scrub: boolean
  readonly forward_trace_context: boolean
  readonly enabled: boolean
  readonly external_version: string | null
  readonly generation: string
  readonly created_at: Date
  readonly updated_at: Date
  readonly deleted_at: Date | null
}

export function toService(record: ServiceRecord): ServiceRow {
  return {
    id: record.id,
    organizationId: record.organization_id,
    slug: record.slug,
    name: record.name,
    preset: record.preset,
    baseUrl: record.base_url,
    auth: record.auth,
    extraHeaders: record.extra_headers,
    methods: record.methods,
    paths: record.paths,
    limits: record.limits,
    timeoutMs: record.timeout_ms,
    bodyBytesMax: Number(record.body_bytes_max),
    scrub: record.scrub,
    forwardTraceContext: record.forward_trace_context,
    enabled: record.enabled,
    externalVersion: record.external_version,
    generation: Number(record.generation),
    createdAt: record.created_at,
    updatedAt: record.updated_at,
  }
}

/** A service that is not deleted, by id or slug. No text is both: slugs are DNS labels, and ids hold an underscore. */
export async function findService(
  db: Knex,
  organizationId: string,
  idOrSlug: string,
  lock?: 'lock',
): Promise<ServiceRow | undefined> {
  const query = db<ServiceRecord>('services')
    .where({ organization_id: organizationId, deleted_at: null })
    .where((either) => either.where('id', idOrSlug).orWhere('slug', idOrSlug))
  if (lock) query.forUpdate()
  const record = await query.first<ServiceRecord | undefined>('*')
  return record && toService(record)
}

export async function listServices(
  db: Knex,
  organizationId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ServiceRow[]> {
  const query = db<ServiceRecord>('services').where({ organization_id: organizationId, deleted_at: null })
  if (after !== undefined) query.where('id', '>', after)
  const records = await query.orderBy('id').limit(limit).select<ServiceRecord[]>('*')
  return records.map(toService)
}
