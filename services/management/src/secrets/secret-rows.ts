import { type Bindings, normalizeBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

type SecretState = 'pending' | 'active' | 'abandoned' | 'deleted'
export type VersionState = 'pending' | 'active' | 'superseded' | 'abandoned' | 'destroyed'

export interface SecretRow {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly state: SecretState
  readonly generation: number
  readonly versionId: string | null
  readonly mask: string
  readonly bindings: Bindings
  readonly createdAt: Date
  readonly replacedAt: Date | null
  readonly expiresAt: Date | null
  readonly externalVersion: string | null
  /** Null if it was never renamed, or not since this is recorded. */
  readonly renamedBy: SaidBy | null
}

/** Who set a secret's bindings, or its name. */
export interface SaidBy {
  readonly userId: string
  /** Id of the personal access token by which the person did so; null if they did so in person. */
  readonly token: string | null
}

export interface VersionRow {
  readonly id: string
  readonly organizationId: string
  readonly secretId: string
  readonly generation: number
  readonly state: VersionState
  readonly mask: string
  readonly bindings: Bindings
  readonly expiresAt: Date | null
  readonly externalVersion: string | null
  readonly createdAt: Date
  readonly createdBy: string
  /** Null if it is unknown (the version is older than this column), or if a rename made it nobody's. */
  readonly bindingsSaidBy: SaidBy | null
  readonly supersededAt: Date | null
  readonly destroyedAt: Date | null
}

/** The row as pg returns it: bigint as text, jsonb parsed. */
interface SecretRecord {
  readonly id: string
  readonly organization_id: string
  readonly name: string
  readonly state: SecretState
  readonly generation: string
  readonly version_id: string | null
  readonly mask: string
  readonly bindings: Bindings
  readonly created_at: Date
  readonly replaced_at: Date | null
  readonly expires_at: Date | null
  readonly external_version: string | null
  readonly renamed_by: string | null
  readonly renamed_token: string | null
}

interface VersionRecord {
  readonly id: string
  readonly organization_id: string
  readonly secret_id: string
  readonly generation: string
  readonly state: VersionState
  readonly mask: string
  readonly bindings: Bindings
  readonly expires_at: Date | null
  readonly external_version: string | null
  readonly created_at: Date
  readonly created_by: string
  readonly bindings_by: string | null
  readonly bindings_token: string | null
  readonly superseded_at: Date | null
  readonly destroyed_at: Date | null
}

/** Locks the secret, so that replacements, deletions and changes of services that use it happen one after the other. */
export async function lockSecret(trx: Knex, organizationId: string, secretId: string): Promise<SecretRow | undefined> {
  const record = await trx<SecretRecord>('secrets')
    .where({ organization_id: organizationId, id: secretId })
    .forUpdate()
    .first<SecretRecord | undefined>()
  return record && toSecret(record)
}

/** @throws Fault SECRET_NOT_FOUND, for a pending secret as for one that never existed. */
export function activeOrAbsent(secret: SecretRow | undefined): SecretRow {
  if (secret?.state !== 'active') throw new Fault('SECRET_NOT_FOUND', 'no such secret in force')
  return secret
}

/** Locks a secret by name. Includes pending secrets, because their names are taken. */
export async function lockSecretByName(
  trx: Knex,
  organizationId: string,
  name: string,
): Promise<SecretRow | undefined> {
  const record = await trx<SecretRecord>('secrets')
    .where({ organization_id: organizationId, name })
    .whereIn('state', ['pending', 'active'])
    .forUpdate()
    .first<SecretRecord | undefined>()
  return record && toSecret(record)
}

/** The id of the secret in force that has this name. @throws Fault SECRET_NOT_FOUND. */
export async function secretIdOf(db: Knex, organizationId: string, name: string): Promise<string> {
  const found = await db<SecretRecord>('secrets')
    .where({ organization_id: organizationId, name, state: 'active' })
    .first<{ id: string } | undefined>('id')
  if (!found) throw new Fault('SECRET_NOT_FOUND', 'no secret of this name in force')
  return found.id
}

/** The names among `names` that secrets in force have. */
export async function activeNames(
  db: Knex,
  organizationId: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db<SecretRecord>('secrets')
    .where({ organization_id: organizationId, state: 'active' })
    .whereIn('name', [...names])
    .select('name')
  return new Set(rows.map(({ name }) => name))
}

/** An organization's secrets in force, ordered by id. A pending secret is never among them. */
export async function activeSecrets(
  db: Knex,
  organizationId: string,
  { after, limit, id }: { after?: string | undefined; limit: number; id?: string | undefined },
): Promise<SecretRow[]> {
  const query = db<SecretRecord>('secrets').where({ organization_id: organizationId, state: 'active' })
  if (after !== undefined) query.where('id', '>', after)
  if (id !== undefined) query.where('id', id)
  const records = await query.orderBy('id').limit(limit).select<SecretRecord[]>('*')
  return records.map(toSecret)
}

export async function lockVersion(
  trx: Knex,
  organizationId: string,
  versionId: string,
): Promise<VersionRow | undefined> {
  const record = await trx<VersionRecord>('secret_versions')
    .where({ organization_id: organizationId, id: versionId })
    .forUpdate()
    .first<VersionRecord | undefined>()
  return record && toVersion(record)
}

const FIRST_GENERATION = 1

/** The version that the creation of a secret put, or was about to put. */
export async function firstVersion(
  db: Knex,
  organizationId: string,
  secretId: string,
): Promise<VersionRow | undefined> {
  const record = await db<VersionRecord>('secret_versions')
    .where({ organization_id: organizationId, secret_id: secretId })
    .where('generation', FIRST_GENERATION)
    .first<VersionRecord | undefined>()
  return record && toVersion(record)
}

/** Versions that are or were in force, newest first. */
export async function settledVersions(
  db: Knex,
  organizationId: string,
  secretId: string,
  { below, limit }: { below: number | undefined; limit: number },
): Promise<VersionRow[]> {
  const query = db<VersionRecord>('secret_versions')
    .where({ organization_id: organizationId, secret_id: secretId })
    .whereIn('state', ['active', 'superseded', 'destroyed'])
    .whereNotNull('settled_at')
  if (below !== undefined) query.where('generation', '<', below)
  const records = await query.orderBy('generation', 'desc').limit(limit).select<VersionRecord[]>('*')
  return records.map(toVersion)
}

export interface ServiceName {
  readonly id: string
  readonly slug: string
  readonly name: string
}

/** The existing services that use each of these secrets. */
export async function servicesUsing(
  db: Knex,
  organizationId: string,
  secretIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ServiceName[]>> {
  const rows = await db('service_secrets')
    .join('services', 'services.id', 'service_secrets.service_id')
    .where('service_secrets.organization_id', organizationId)
    .whereIn('service_secrets.secret_id', [...secretIds])
    .whereNull('services.deleted_at')
    .orderBy('services.slug')
    .select<{ secret_id: string; id: string; slug: string; name: string }[]>(
      'service_secrets.secret_id',
      'services.id',
      'services.slug',
      'services.name',
    )
  const bySecret = new Map<string, ServiceName[]>()
  for (const { secret_id, id, slug, name } of rows) {
    const users = bySecret.get(secret_id) ?? []
    users.push({ id, slug, name })
    bySecret.set(secret_id, users)
  }
  return bySecret
}

/** A page of the existing services that use this secret. */
export function pageOfUsers(
  db: Knex,
  organizationId: string,
  secretId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ServiceName[]> {
  const query = db('service_secrets')
    .join('services', 'services.id', 'service_secrets.service_id')
    .where({ 'service_secrets.organization_id': organizationId, 'service_secrets.secret_id': secretId })
    .whereNull('services.deleted_at')
  if (after !== undefined) query.where('services.id', '>', after)
  return query
    .orderBy('services.id')
    .limit(limit)
    .select<ServiceName[]>('services.id', 'services.slug', 'services.name')
}

function toSecret(record: SecretRecord): SecretRow {
  return {
    id: record.id,
    organizationId: record.organization_id,
    name: record.name,
    state: record.state,
    generation: Number(record.generation),
    versionId: record.version_id,
    mask: record.mask,
    bindings: normalizeBindings(record.bindings),
    createdAt: record.created_at,
    replacedAt: record.replaced_at,
    expiresAt: record.expires_at,
    externalVersion: record.external_version,
    renamedBy: saidBy(record.renamed_by, record.renamed_token),
  }
}

const saidBy = (userId: string | null, token: string | null): SaidBy | null =>
  userId === null ? null : { userId, token }

function toVersion(record: VersionRecord): VersionRow {
  return {
    id: record.id,
    organizationId: record.organization_id,
    secretId: record.secret_id,
    generation: Number(record.generation),
    state: record.state,
    mask: record.mask,
    bindings: normalizeBindings(record.bindings),
    expiresAt: record.expires_at,
    externalVersion: record.external_version,
    createdAt: record.created_at,
    createdBy: record.created_by,
    bindingsSaidBy: saidBy(record.bindings_by, record.bindings_token),
    supersededAt: record.superseded_at,
    destroyedAt: record.destroyed_at,
  }
}
