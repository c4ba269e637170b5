import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from './data-key-cache.js'
import { queueForKey } from './queue-for-key.js'

/**
 * The key that seals what an organization writes now. `destroyed`: the organization was shredded and never gets another
 * key.
 */
export type CurrentKey = ActiveKey | { readonly state: 'destroyed' } | { readonly state: 'absent' }

export interface ActiveKey {
  readonly state: 'active'
  readonly ref: KeyRef
  /** Nothing is sealed under a lower version; bytes that claim to be do not open. */
  readonly floor: number
}

/** The list of data keys: rows of database `vault`. */
export const dataKeyStore = (db: Knex) => ({
  async current(organizationId: string): Promise<CurrentKey> {
    return toCurrent(
      organizationId,
      await db<DataKeyRow>('data_keys').where({ organization_id: organizationId }).first(),
    )
  },

  /**
   * The same, and locks the row until the caller's transaction ends: neither a rotation nor a shredding can come
   * between reading the key's version and committing what is sealed under it. Needs a transaction.
   */
  async currentForShare(organizationId: string): Promise<CurrentKey> {
    await queueForKey(db, organizationId, 'sharing')
    const row = await db<DataKeyRow>('data_keys').where({ organization_id: organizationId }).forShare().first()
    return toCurrent(organizationId, row)
  },

  /**
   * Makes this the organization's key. False if the organization has a key already, or was shredded: of two replicas at
   * once, one wins.
   */
  async adopt({ organizationId, keyId, keyVersion }: KeyRef): Promise<boolean> {
    const row = { organization_id: organizationId, id: keyId, version: keyVersion, floor: keyVersion, state: 'active' }
    const inserted = await db('data_keys').insert(row).onConflict('organization_id').ignore().returning('id')
    return inserted.length > 0
  },

  /**
   * Makes another version seal from the commit on. Waits for writers that hold the row: they have sealed under the
   * version before, and writers after them use the new one. False if the key is not at the version that the caller saw,
   * or was shredded.
   */
  async advance({ organizationId, keyId, keyVersion }: KeyRef, next: number): Promise<boolean> {
    const seen = { organization_id: organizationId, id: keyId, version: keyVersion, state: 'active' }
    return db.transaction(async (trx) => {
      await queueForKey(trx, organizationId, 'alone')
      const advanced = await trx('data_keys').where(seen).update({ version: next, rotated_at: db.fn.now() })
      return advanced === 1
    })
  },

  /**
   * Marks the organization as shredded. Leaves a row even if there was no key, so that a key being made at this moment
   * is not adopted. Returns the time of the shredding, Unix milliseconds. Needs a transaction.
   */
  async destroy(organizationId: string, tombstoneKeyId: string): Promise<number> {
    await queueForKey(db, organizationId, 'alone')
    const tombstone = { organization_id: organizationId, id: tombstoneKeyId, version: 1, floor: 1, state: 'destroyed' }
    const inserted = { ...tombstone, destroyed_at: db.fn.now() }
    await db('data_keys').insert(inserted).onConflict('organization_id').ignore()
    await db('data_keys')
      .where({ organization_id: organizationId, state: 'active' })
      .update({ state: 'destroyed', destroyed_at: db.fn.now() })
    const row = await db('data_keys')
      .where({ organization_id: organizationId })
      .first<{ destroyed_at: Date }>('destroyed_at')
    return row.destroyed_at.getTime()
  },

  /** Organizations shredded within the last `sinceMs` milliseconds. */
  async shreddedSince(sinceMs: number): Promise<readonly string[]> {
    const rows = await db('data_keys')
      .where({ state: 'destroyed' })
      .whereRaw(`destroyed_at > clock_timestamp() - ? * interval '1 millisecond'`, [sinceMs])
      .select('organization_id')
    return rows.map((row) => row.organization_id)
  },
})

/** Wrapped bytes of data keys: rows of database `vault_keys`. */
export const wrappedKeyStore = (db: Knex) => ({
  /** Never overwrites. False if that version exists already: of two replicas at once, one wins. */
  async write({ organizationId, keyId, keyVersion }: KeyRef, wrapped: Buffer, masterKey: string): Promise<boolean> {
    const row = { organization_id: organizationId, key_id: keyId, version: keyVersion, wrapped, master_key: masterKey }
    const inserted = await db('wrapped_keys').insert(row).onConflict(['key_id', 'version']).ignore().returning('key_id')
    return inserted.length > 0
  },

  /** The highest version with wrapped bytes, including versions that were never adopted; 0 if there is none. */
  async newestVersion({ organizationId, keyId }: Omit<KeyRef, 'keyVersion'>): Promise<number> {
    const row = await db('wrapped_keys')
      .where({ organization_id: organizationId, key_id: keyId })
      .max<{ newest: number | null }>({ newest: 'version' })
      .first()
    return row?.newest ?? 0
  },

  async read({ organizationId, keyId, keyVersion }: KeyRef): Promise<Buffer | undefined> {
    const where = { organization_id: organizationId, key_id: keyId, version: keyVersion }
    const row = await db<{ wrapped: Buffer }>('wrapped_keys').where(where).first('wrapped')
    return row?.wrapped
  },

  /** Every version of these keys that has wrapped bytes. */
  async stored(keyIds: readonly string[]): Promise<readonly KeyRef[]> {
    const rows = await db('wrapped_keys')
      .whereRaw('key_id = ANY(?)', [[...keyIds]])
      .select('organization_id', 'key_id', 'version')
    return rows.map((row) => ({ organizationId: row.organization_id, keyId: row.key_id, keyVersion: row.version }))
  },

  async remove({ organizationId, keyId, keyVersion }: KeyRef): Promise<void> {
    await db('wrapped_keys').where({ organization_id: organizationId, key_id: keyId, version: keyVersion }).delete()
  },

  async removeBelow({ organizationId, keyId }: Omit<KeyRef, 'keyVersion'>, floor: number): Promise<void> {
    await db('wrapped_keys')
      .where({ organization_id: organizationId, key_id: keyId })
      .where('version', '<', floor)
      .delete()
  },

  async removeOrganization(organizationId: string): Promise<void> {
    await db('wrapped_keys').where({ organization_id: organizationId }).delete()
  },
})

interface DataKeyRow {
  readonly organization_id: string
  readonly id: string
  readonly version: number
  readonly floor: number
  readonly state: 'active' | 'destroyed'
}

function toCurrent(organizationId: string, row: DataKeyRow | undefined): CurrentKey {
  if (row === undefined) return { state: 'absent' }
  if (row.state === 'destroyed') return { state: 'destroyed' }
  return { state: 'active', ref: { organizationId, keyId: row.id, keyVersion: row.version }, floor: row.floor }
}
