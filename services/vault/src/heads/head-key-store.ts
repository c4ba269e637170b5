import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** The key that signs heads, as it is stored. */
export interface StoredHeadKey {
  readonly id: string
  readonly sealed: Buffer
}

export const headKeyStore = (db: Knex) => ({
  async find(): Promise<StoredHeadKey | undefined> {
    return db<StoredHeadKey>('head_key').first('id', 'sealed')
  },

  /** Leaves the one that is there: of two replicas at once, one wins. */
  async insert({ id, sealed }: StoredHeadKey, { keyId, keyVersion }: KeyRef): Promise<void> {
    const row = { id, sealed, key_id: keyId, key_version: keyVersion }
    await db('head_key').insert(row).onConflict('only_row').ignore()
  },
})
