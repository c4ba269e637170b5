import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { KeyRef } from './data-key-cache.js'

/** The key that seals what an organisation writes now. Destroyed: it was shredded, and never gets another. */
export type CurrentKey =
  | { readonly state: 'active'; readonly ref: KeyRef }
  | { readonly state: 'destroyed' }
  | { readonly state: 'absent' }

/** Which data keys there are: rows of database `vault`. */
export const dataKeyStore = (db: Knex) => ({
  async current(organizationId: string): Promise<CurrentKey> {
    return toCurrent(
      organizationId,
      await db<DataKeyRow>('data_keys').where({ organization_id: organizationId }).first(),
    )
  },

  /**
   * The same, held until the caller's transaction ends: neither a rotation nor a shredding can come between the reading
   * of the key's version and the commit of what is sealed under it.
   */
  async currentForShare(organizationId: string): Promise<CurrentKey> {
    const row = await db<DataKeyRow>('data_keys').where({ organization_id: organizationId }).forShare().first()
    return toCurrent(organizationId, row)
  },

  /** False where the organisation has a key already, or was shredded: of two replicas at once, one wins. */
  async adopt({ organizationId, keyId, keyVersion }: KeyRef): Promise<boolean> {
    const row = { organization_id: organizationId, id: keyId, version: keyVersion, floor: keyVersion, state: 'active' }
    const inserted = await db('data_keys').insert(row).onConflict('organization_id').ignore().returning('id')
    return inserted.length > 0
  },

  /** Leaves a row behind in any case, so that a key that is on its way is not adopted. */
  async destroy(organizationId: string, tombstoneKeyId: string): Promise<void> {
    const tombstone = { organization_id: organizationId, id: tombstoneKeyId, version: 1, floor: 1, state: 'destroyed' }
    const inserted = { ...tombstone, destroyed_at: db.fn.now() }
    await db('data_keys').insert(inserted).onConflict('organization_id').ignore()
    await db('data_keys')
      .where({ organization_id: organizationId, state: 'active' })
      .update({ state: 'destroyed', destroyed_at: db.fn.now() })
  },
})

/** The wrapped bytes: rows of database `vault_keys`. */
export const wrappedKeyStore = (db: Knex) => ({
  async write({ organizationId, keyId, keyVersion }: KeyRef, wrapped: Buffer): Promise<void> {
    await db('wrapped_keys').insert({ organization_id: organizationId, key_id: keyId, version: keyVersion, wrapped })
  },

  async read({ organizationId, keyId, keyVersion }: KeyRef): Promise<Buffer | undefined> {
    const where = { organization_id: organizationId, key_id: keyId, version: keyVersion }
    const row = await db<{ wrapped: Buffer }>('wrapped_keys').where(where).first('wrapped')
    return row?.wrapped
  },

  async remove({ organizationId, keyId, keyVersion }: KeyRef): Promise<void> {
    await db('wrapped_keys').where({ organization_id: organizationId, key_id: keyId, version: keyVersion }).delete()
  },

  async removeOrganization(organizationId: string): Promise<void> {
    await db('wrapped_keys').where({ organization_id: organizationId }).delete()
  },
})

interface DataKeyRow {
  readonly organization_id: string
  readonly id: string
  readonly version: number
  readonly state: 'active' | 'destroyed'
}

function toCurrent(organizationId: string, row: DataKeyRow | undefined): CurrentKey {
  if (row === undefined) return { state: 'absent' }
  if (row.state === 'destroyed') return { state: 'destroyed' }
  return { state: 'active', ref: { organizationId, keyId: row.id, keyVersion: row.version } }
}
