import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** An order to wrap anew every data key that was wrapped before the order was given, or under another master key. */
export interface RewrapOrder {
  /** The master key to wrap under. Replicas that are configured with another one leave the order alone. */
  readonly masterKey: string
  /** As Postgres writes it, to the microsecond: a Date would lose these digits. */
  readonly askedAt: string
}

export interface WrappedKey {
  readonly ref: KeyRef
  readonly wrapped: Buffer
}

/** The order and the work on it: rows of database `vault_keys`. */
export const rewrapStore = (db: Knex) => ({
  /** Continues an order that is not done. If there is none, or another master key is meant, gives a new one. */
  async order(masterKey: string): Promise<void> {
    await db.raw(
      `INSERT INTO rewrap (master_key, asked_at) VALUES (?, clock_timestamp())
       ON CONFLICT (only_row) DO UPDATE
       SET master_key = excluded.master_key, asked_at = excluded.asked_at, done_at = NULL, worked_until = NULL
       WHERE rewrap.done_at IS NOT NULL OR rewrap.master_key <> excluded.master_key`,
      [masterKey],
    )
  },

  /** The order, if it is not done and means this master key. */
  async open(masterKey: string): Promise<RewrapOrder | undefined> {
    const row = await db('rewrap').where({ master_key: masterKey, done_at: null }).first(db.raw('asked_at::text'))
    return row && { masterKey, askedAt: row.asked_at }
  },

  /**
   * One process at a time works on the order, among all replicas and commands, so that each call of the KMS is made
   * once. False if another process has claimed it.
   */
  async claim({ masterKey }: RewrapOrder, forMs: number): Promise<boolean> {
    const claimed = await db('rewrap')
      .where({ master_key: masterKey, done_at: null })
      .whereRaw('(worked_until IS NULL OR worked_until < clock_timestamp())')
      .update({ worked_until: db.raw(`clock_timestamp() + ? * interval '1 millisecond'`, [forMs]) })
    return claimed === 1
  },

  async release({ masterKey }: RewrapOrder): Promise<void> {
    await db('rewrap').where({ master_key: masterKey }).update({ worked_until: null })
  },

  async done({ masterKey, askedAt }: RewrapOrder): Promise<void> {
    await db('rewrap')
      .where({ master_key: masterKey })
      .whereRaw('asked_at = ?::timestamptz', [askedAt])
      .update({ done_at: db.raw('clock_timestamp()') })
  },

  async page(order: RewrapOrder, after: KeyRef | undefined, max: number): Promise<readonly WrappedKey[]> {
    const rows: WrappedRow[] = await due(db, order)
      .modify((query) => {
        if (after) query.whereRaw('(key_id, version) > (?, ?)', [after.keyId, after.keyVersion])
      })
      .orderBy(['key_id', 'version'])
      .limit(max)
      .select('organization_id', 'key_id', 'version', 'wrapped')
    return rows.map((row) => ({
      ref: { organizationId: row.organization_id, keyId: row.key_id, keyVersion: row.version },
      wrapped: row.wrapped,
    }))
  },

  async remaining(order: RewrapOrder): Promise<number> {
    const row = await due(db, order).count<{ count: string }[]>({ count: '*' })
    return Number(row[0]?.count ?? 0)
  },

  /** False if the row is no longer what was read: it was shredded or erased, or another process was first. */
  async replace({ ref, wrapped }: WrappedKey, anew: Buffer, masterKey: string): Promise<boolean> {
    const replaced = await db('wrapped_keys')
      .where({ organization_id: ref.organizationId, key_id: ref.keyId, version: ref.keyVersion, wrapped })
      .update({ wrapped: anew, master_key: masterKey, wrapped_at: db.raw('clock_timestamp()') })
    return replaced === 1
  },

  /** Number of data keys under each master key; null if the master key was never noted. */
  async counts(): Promise<readonly { readonly masterKey: string | null; readonly keys: number }[]> {
    const rows: { master_key: string | null; count: string }[] = await db('wrapped_keys')
      .groupBy('master_key')
      .orderBy('master_key')
      .select('master_key', db.raw('count(*)'))
    return rows.map((row) => ({ masterKey: row.master_key, keys: Number(row.count) }))
  },
})

interface WrappedRow {
  readonly organization_id: string
  readonly key_id: string
  readonly version: number
  readonly wrapped: Buffer
}

function due(db: Knex, { masterKey, askedAt }: RewrapOrder) {
  return db('wrapped_keys').whereRaw('(wrapped_at < ?::timestamptz OR master_key IS DISTINCT FROM ?)', [
    askedAt,
    masterKey,
  ])
}
