import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** The key that signs heads, as it is stored. */
export interface StoredHeadKey {
  readonly id: string
  readonly sealed: Buffer
}

/** With the floor of the data key that it is sealed under, read in one snapshot: below it nothing opens. */
export interface FoundHeadKey extends StoredHeadKey {
  readonly floor: number
}

export const headKeyStore = (db: Knex) => ({
  async find(): Promise<FoundHeadKey | undefined> {
    return db('head_key')
      .join('data_keys', 'data_keys.organization_id', db.raw('?', [INSTALLATION_ORGANIZATION]))
      .first<FoundHeadKey | undefined>('head_key.id', 'head_key.sealed', 'data_keys.floor')
  },

  /** Leaves the one that is there: of two replicas at once, one wins. */
  async insert({ id, sealed }: StoredHeadKey, { keyId, keyVersion }: KeyRef): Promise<void> {
    const row = { id, sealed, key_id: keyId, key_version: keyVersion }
    await db('head_key').insert(row).onConflict('only_row').ignore()
  },

  /** False where it is not sealed under `from` any more: another replica was first. */
  async reseal(sealed: Buffer, from: KeyRef, to: KeyRef): Promise<boolean> {
    const resealed = await db('head_key')
      .where({ key_id: from.keyId, key_version: from.keyVersion })
      .update({ sealed, key_id: to.keyId, key_version: to.keyVersion })
    return resealed === 1
  },
})
