import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** A stored key that signs heads, or did. */
export interface StoredHeadKey {
  readonly id: string
  /** For `signs` the private half is sealed, for `retired` only the public half. */
  readonly state: 'signs' | 'retired'
  readonly sealed: Buffer
}

/** With the floor of the data key that it is sealed under, read in the same snapshot: below the floor nothing opens. */
export interface FoundHeadKey extends StoredHeadKey {
  readonly floor: number
}

export const headKeyStore = (db: Knex) => ({
  /** All keys; the one that signs comes first. */
  async find(): Promise<readonly FoundHeadKey[]> {
    return db('head_key')
      .join('data_keys', 'data_keys.organization_id', db.raw('?', [INSTALLATION_ORGANIZATION]))
      .orderByRaw(`(head_key.state = 'signs') DESC, head_key.made_at DESC`)
      .select<FoundHeadKey[]>('head_key.id', 'head_key.state', 'head_key.sealed', 'data_keys.floor')
  },

  /** Id of the signing key if it is older than `days`. */
  async aged(days: number): Promise<string | undefined> {
    const row = await db('head_key')
      .where('state', 'signs')
      .whereRaw('made_at < clock_timestamp() - make_interval(days => ?)', [days])
      .first<{ id: string } | undefined>('id')
    return row?.id
  },

  /** Locks the row until the caller's transaction ends, so that the key is not replaced before then. */
  async isSigning(id: string): Promise<boolean> {
    return (await db('head_key').where({ id, state: 'signs' }).forShare().first('id')) !== undefined
  },

  /** Waits for transactions that sign by this key, and blocks new ones. False if another key has replaced it. */
  async lock(id: string): Promise<boolean> {
    return (await db('head_key').where({ id, state: 'signs' }).forUpdate().first('id')) !== undefined
  },

  /** Does nothing if there is a signing key already: of two replicas at once, one wins. */
  async insert({ id, sealed }: Pick<StoredHeadKey, 'id' | 'sealed'>, { keyId, keyVersion }: KeyRef): Promise<void> {
    const row = { id, sealed, key_id: keyId, key_version: keyVersion, state: 'signs' }
    await db('head_key').insert(row).onConflict().ignore()
  },

  /** Replaces the sealed private half by the sealed public half; for a retired key, rewrites what is noted with it. */
  async retire({ id, sealed }: Pick<StoredHeadKey, 'id' | 'sealed'>, { keyId, keyVersion }: KeyRef): Promise<void> {
    await db('head_key').where({ id }).update({ sealed, key_id: keyId, key_version: keyVersion, state: 'retired' })
  },

  /** False if the row is no longer what was read: another replica was first. */
  async reseal(before: StoredHeadKey, sealed: Buffer, { keyId, keyVersion }: KeyRef): Promise<boolean> {
    const { id, state } = before
    const resealed = await db('head_key')
      .where({ id, state, sealed: before.sealed })
      .update({ sealed, key_id: keyId, key_version: keyVersion })
    return resealed === 1
  },
})
