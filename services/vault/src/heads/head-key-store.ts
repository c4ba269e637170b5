import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** A key that signs heads, or did, as it is stored. */
export interface StoredHeadKey {
  readonly id: string
  /** Of a retired one the public half is sealed, of the one that signs the private. */
  readonly state: 'signs' | 'retired'
  readonly sealed: Buffer
}

/** With the floor of the data key that it is sealed under, read in one snapshot: below it nothing opens. */
export interface FoundHeadKey extends StoredHeadKey {
  readonly floor: number
}

export const headKeyStore = (db: Knex) => ({
  /** The one that signs comes first. */
  async find(): Promise<readonly FoundHeadKey[]> {
    return db('head_key')
      .join('data_keys', 'data_keys.organization_id', db.raw('?', [INSTALLATION_ORGANIZATION]))
      .orderByRaw(`(head_key.state = 'signs') DESC, head_key.made_at DESC`)
      .select<FoundHeadKey[]>('head_key.id', 'head_key.state', 'head_key.sealed', 'data_keys.floor')
  },

  /** Id of the one that has signed for that long. */
  async aged(days: number): Promise<string | undefined> {
    const row = await db('head_key')
      .where('state', 'signs')
      .whereRaw('made_at < clock_timestamp() - make_interval(days => ?)', [days])
      .first<{ id: string } | undefined>('id')
    return row?.id
  },

  /** Held until the caller's transaction ends: until then no other takes its place. */
  async isSigning(id: string): Promise<boolean> {
    return (await db('head_key').where({ id, state: 'signs' }).forShare().first('id')) !== undefined
  },

  /** Waits for those who sign by it, and holds off those that come. False where another has taken its place. */
  async lock(id: string): Promise<boolean> {
    return (await db('head_key').where({ id, state: 'signs' }).forUpdate().first('id')) !== undefined
  },

  /** Leaves the one that is there: of two replicas at once, one wins. */
  async insert({ id, sealed }: Pick<StoredHeadKey, 'id' | 'sealed'>, { keyId, keyVersion }: KeyRef): Promise<void> {
    const row = { id, sealed, key_id: keyId, key_version: keyVersion, state: 'signs' }
    await db('head_key').insert(row).onConflict().ignore()
  },

  /** The public half takes the private one's place, or another word on it. */
  async retire({ id, sealed }: Pick<StoredHeadKey, 'id' | 'sealed'>, { keyId, keyVersion }: KeyRef): Promise<void> {
    await db('head_key').where({ id }).update({ sealed, key_id: keyId, key_version: keyVersion, state: 'retired' })
  },

  /** False where it is not what was read any more: another replica was first. */
  async reseal(before: StoredHeadKey, sealed: Buffer, { keyId, keyVersion }: KeyRef): Promise<boolean> {
    const { id, state } = before
    const resealed = await db('head_key')
      .where({ id, state, sealed: before.sealed })
      .update({ sealed, key_id: keyId, key_version: keyVersion })
    return resealed === 1
  },
})
