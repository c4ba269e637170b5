import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'
import { queueForKey } from '../keys/queue-for-key.js'
import { type StoredVersion, toVersion, type VersionRef, type VersionRow } from '../versions/version-row.js'

/** How far rotation is for an organization, and what is left. */
export interface Behind {
  readonly organizationId: string
  /** The version that seals now. */
  readonly version: number
  readonly floor: number
  /** Versions sealed under a lower version of the data key. */
  readonly remaining: number
}

/** The queries and updates of rotation in database `vault`. */
export const rotationStore = (db: Knex) => ({
  /** Data keys that have sealed for longer than `days`, oldest first. */
  async aged(days: number, max: number, except: readonly string[]): Promise<readonly KeyRef[]> {
    const rows = await db('data_keys')
      .where({ state: 'active' })
      // `now()` is constant within a transaction: with a moving clock Postgres could not use the index, and would read
      // every data key.
      .whereRaw('rotated_at < now() - make_interval(days => ?)', [days])
      .whereRaw('NOT organization_id = ANY(?)', [[...except]])
      .orderBy('rotated_at')
      .limit(max)
      .select('organization_id', 'id', 'version')
    return rows.map(toRef)
  },

  /**
   * Organizations that have something sealed under an older version. In random order, so that replicas take different
   * ones.
   */
  async behind(max: number, except: readonly string[]): Promise<readonly string[]> {
    const rows = await db('data_keys')
      .where({ state: 'active' })
      .whereRaw('floor < version')
      .whereRaw('NOT organization_id = ANY(?)', [[...except]])
      .orderByRaw('random()')
      .limit(max)
      .select('organization_id')
    return rows.map((row) => row.organization_id)
  },

  /** All organizations that have a data key, by id, after the given one. */
  async organizations(after: string, max: number): Promise<readonly KeyRef[]> {
    const rows = await db('data_keys')
      .where({ state: 'active' })
      .where('organization_id', '>', after)
      .orderBy('organization_id')
      .limit(max)
      .select('organization_id', 'id', 'version')
    return rows.map(toRef)
  },

  /** Data keys whose floor was raised at least that long ago, and whose wrapped bytes below it are still there. */
  async toErase(graceMs: number, max: number): Promise<readonly (KeyRef & { readonly floor: number })[]> {
    const rows = await db('data_keys')
      .where({ state: 'active' })
      .whereRaw('erased < floor')
      .whereRaw(`floored_at < clock_timestamp() - ? * interval '1 millisecond'`, [graceMs])
      // In the order of the index of keys that are behind: without an order Postgres would rather read every data key.
      .orderBy('organization_id')
      .limit(max)
      .select('organization_id', 'id', 'version', 'floor')
    return rows.map((row) => ({ ...toRef(row), floor: row.floor }))
  },

  async markErased({ organizationId, keyId }: KeyRef, floor: number): Promise<void> {
    const row = { organization_id: organizationId, id: keyId, state: 'active' }
    await db('data_keys').where(row).where('erased', '<', floor).update({ erased: floor })
  },

  /** Stored versions that are sealed under an older version of the data key, by id, after the given one. */
  async page(key: KeyRef, after: VersionRef | undefined, max: number): Promise<readonly StoredVersion[]> {
    const rows: VersionRow[] = await below(db, key)
      .modify((query) => {
        if (after) query.whereRaw('(secret_id, version_id) > (?, ?)', [after.secretId, after.versionId])
      })
      .orderBy(['secret_id', 'version_id'])
      .limit(max)
    return rows.map(toVersion).filter((version): version is StoredVersion => version.state === 'stored')
  },

  async remaining(key: KeyRef): Promise<number> {
    const row = await below(db, key).count<{ count: string }[]>({ count: '*' })
    return Number(row[0]?.count ?? 0)
  },

  /** Whether anything is stored under this version of the data key, or a later one. */
  async hasSealed({ organizationId, keyId, keyVersion }: KeyRef): Promise<boolean> {
    const row = await db('versions')
      .where({ organization_id: organizationId, key_id: keyId, state: 'stored' })
      .where('key_version', '>=', keyVersion)
      .first('version_id')
    return row !== undefined
  },

  /** False if it is not stored, or not under the version of the data key that was read: another process was first. */
  async reseal(version: StoredVersion, sealed: Buffer, to: KeyRef): Promise<boolean> {
    const resealed = await db('versions')
      .where({
        organization_id: version.organizationId,
        secret_id: version.secretId,
        version_id: version.versionId,
        state: 'stored',
        key_id: version.keyId,
        key_version: version.keyVersion,
      })
      .update({ sealed, key_id: to.keyId, key_version: to.keyVersion })
    return resealed === 1
  },

  async isHeadKeyBelow({ keyId, keyVersion }: KeyRef): Promise<boolean> {
    const row = await db('head_key').where({ key_id: keyId }).where('key_version', '<', keyVersion).first('id')
    return row !== undefined
  },

  /** Waits for writers that hold the row, and blocks new ones. False if the key has another version by now. */
  async lock({ organizationId, keyId, keyVersion }: KeyRef): Promise<boolean> {
    await queueForKey(db, organizationId, 'alone')
    const seen = { organization_id: organizationId, id: keyId, version: keyVersion, state: 'active' }
    return (await db('data_keys').where(seen).forUpdate().first('id')) !== undefined
  },

  /** To be called under the lock. */
  async raiseFloor({ organizationId, keyVersion }: KeyRef): Promise<void> {
    await db('data_keys')
      .where({ organization_id: organizationId })
      .where('floor', '<', keyVersion)
      .update({ floor: keyVersion, floored_at: db.raw('clock_timestamp()') })
  },

  /** One row for each organization that is behind, by id, after the given one. */
  async progress(after: string, max: number): Promise<readonly Behind[]> {
    const { rows }: { rows: { organization_id: string; version: number; floor: number; remaining: string }[] } =
      await db.raw(
        `SELECT k.organization_id, k.version, k.floor, (
           SELECT count(*) FROM versions v WHERE v.key_id = k.id AND v.key_version < k.version AND v.state = 'stored'
         ) AS remaining
         FROM data_keys k WHERE k.state = 'active' AND k.floor < k.version AND k.organization_id > ?
         ORDER BY k.organization_id LIMIT ?`,
        [after, max],
      )
    return rows.map(({ organization_id: organizationId, remaining, ...row }) => ({
      organizationId,
      ...row,
      remaining: Number(remaining),
    }))
  },
})

function below(db: Knex, { organizationId, keyId, keyVersion }: KeyRef) {
  return db<VersionRow>('versions')
    .where({ organization_id: organizationId, key_id: keyId, state: 'stored' })
    .where('key_version', '<', keyVersion)
}

function toRef(row: { organization_id: string; id: string; version: number }): KeyRef {
  return { organizationId: row.organization_id, keyId: row.id, keyVersion: row.version }
}
