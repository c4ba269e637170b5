import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Purpose } from '../envelope/seal-context.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import { type StoredVersion, toVersion, type Version, type VersionRef, type VersionRow } from './version-row.js'

export interface NewVersion extends VersionRef {
  readonly generation: number
  readonly purpose: Purpose
  readonly bindings: Bindings
  readonly key: KeyRef
  readonly sealed: Buffer
}

export interface VersionSummary {
  readonly secretId: string
  readonly versionId: string
  readonly state: VersionRow['state']
  /** Null if the version was closed before anything was stored. */
  readonly generation: number | null
  readonly purpose: Purpose | null
  readonly createdAtMs: number
}

/** Versions described of one secret, newest first: rotations leave their destroyed versions behind for ever. */
const DESCRIBED_PER_SECRET_MAX = 100

/** Rows of table `versions`. Pass a transaction for statements that belong together. */
export const versionStore = (db: Knex) => ({
  async find(ref: VersionRef): Promise<Version | undefined> {
    const row = await db<VersionRow>('versions').where(whereVersion(ref)).first()
    return row && toVersion(row)
  },

  /** The stored version of one generation. */
  async findStored(
    { organizationId, secretId }: Omit<VersionRef, 'versionId'>,
    generation: number,
  ): Promise<StoredVersion | undefined> {
    const row = await db<VersionRow>('versions')
      .where({ organization_id: organizationId, secret_id: secretId, generation: String(generation), state: 'stored' })
      .first()
    const version = row && toVersion(row)
    return version?.state === 'stored' ? version : undefined
  },

  /** 0 if nothing was ever stored. Destroyed versions count, because they were stored; closed ones do not. */
  async newestGeneration({ organizationId, secretId }: Omit<VersionRef, 'versionId'>): Promise<number> {
    const row = await db('versions')
      .where({ organization_id: organizationId, secret_id: secretId })
      .max<{ newest: string | null }>({ newest: 'generation' })
      .first()
    return Number(row?.newest ?? 0)
  },

  /** False if this version id, or this generation of the secret, is taken, also by another put at the same time. */
  async insert(version: NewVersion): Promise<boolean> {
    const { generation, purpose, bindings, key, sealed } = version
    const contents = {
      generation,
      purpose,
      bindings: JSON.stringify(bindings),
      key_id: key.keyId,
      key_version: key.keyVersion,
      sealed,
    }
    const row = { ...whereVersion(version), ...contents, state: 'stored' }
    const inserted = await db('versions').insert(row).onConflict().ignore().returning('version_id')
    return inserted.length > 0
  },

  /**
   * TOMB: takes the version's place if it is still free, so that a put of it fails from then on. A put under way holds
   * the place until it has ended, and this call waits for it.
   */
  async closeIfAbsent(ref: VersionRef): Promise<void> {
    await db('versions')
      .insert({ ...whereVersion(ref), state: 'closed' })
      .onConflict(PRIMARY_KEY)
      .ignore()
  },

  /**
   * Erases the sealed bytes, and the pins of versions that were signing keys; closes versions that were never stored.
   * One statement, because a person who replaces a value waits for it. In the order of ids, because two calls that
   * share versions could otherwise deadlock.
   */
  async destroy(organizationId: string, secretId: string, versionIds: ReadonlySet<string>): Promise<void> {
    const ids = [...versionIds]
    await db.raw(
      `WITH unpinned AS (
         DELETE FROM pinned_grant_keys WHERE organization_id = ? AND secret_id = ? AND version_id = ANY (?::text[])
       )
       INSERT INTO versions (organization_id, secret_id, version_id, state)
       SELECT ?, ?, one.version_id, 'closed' FROM unnest(?::text[]) AS one (version_id) ORDER BY one.version_id
       ON CONFLICT (organization_id, secret_id, version_id)
       DO UPDATE SET state = 'destroyed', sealed = NULL, destroyed_at = now() WHERE versions.state = 'stored'`,
      [organizationId, secretId, ids, organizationId, secretId, ids],
    )
  },

  async destroyOrganization(organizationId: string): Promise<void> {
    await db('versions').where({ organization_id: organizationId, state: 'stored' }).update(erased(db))
  },

  async describe(organizationId: string, secretIds: readonly string[]): Promise<readonly VersionSummary[]> {
    const { rows }: { rows: VersionRow[] } = await db.raw(
      `SELECT * FROM (
         SELECT secret_id, version_id, state, generation, purpose, created_at,
                row_number() OVER (PARTITION BY secret_id ORDER BY created_at DESC, version_id DESC) AS nth
         FROM versions WHERE organization_id = ? AND secret_id = ANY(?)
       ) AS numbered WHERE nth <= ? ORDER BY secret_id, nth`,
      [organizationId, [...secretIds], DESCRIBED_PER_SECRET_MAX],
    )
    return rows.map(toSummary)
  },
})

const PRIMARY_KEY = ['organization_id', 'secret_id', 'version_id']

function whereVersion({ organizationId, secretId, versionId }: VersionRef) {
  return { organization_id: organizationId, secret_id: secretId, version_id: versionId }
}

function erased(db: Knex) {
  return { state: 'destroyed', sealed: null, destroyed_at: db.fn.now() }
}

function toSummary(row: VersionRow): VersionSummary {
  return {
    secretId: row.secret_id,
    versionId: row.version_id,
    state: row.state,
    generation: row.generation === null ? null : Number(row.generation),
    purpose: row.purpose,
    createdAtMs: row.created_at.getTime(),
  }
}
