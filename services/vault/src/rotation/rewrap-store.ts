import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'

/** To wrap anew what was wrapped before it was asked for, or under another master key. */
export interface RewrapOrder {
  /** The master key to wrap under. Replicas that wrap under another one, as configured, leave it alone. */
  readonly masterKey: string
  /** As Postgres writes it, to the microsecond: a Date would lose those. */
  readonly askedAt: string
}

export interface WrappedKey {
  readonly ref: KeyRef
  readonly wrapped: Buffer
}

/** Orders and their work: rows of database `vault_keys`. */
export const rewrapStore = (db: Knex) => ({
  /** Goes on with one that is not done; else, or where another master key is meant, gives a new one. */
  async order(masterKey: string): Promise<void> {
    await db.raw(
      `INSERT INTO rewrap (master_key, asked_at) VALUES (?, clock_timestamp())
       ON CONFLICT (only_row) DO UPDATE
       SET master_key = excluded.master_key, asked_at = excluded.asked_at, done_at = NULL, worked_until = NULL
       WHERE rewrap.done_at IS NOT NULL OR rewrap.master_key <> excluded.master_key`,
      [masterKey],
    )
  },

  /** The order, where it is not done and means this master key. */
  async open(masterKey: string): Promise<RewrapOrder | undefined> {
    const row = await db('rewrap').where({ master_key: masterKey, done_at: null }).first(db.raw('asked_at::text'))
    return row && { masterKey, askedAt: row.asked_at }
  },

  /** One at a time works on it, of all replicas and commands: each call of the KMS is made once. False: somebody does. */
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

  /** False where it is not what was read: it was shredded, or erased, or somebody else was first. */
  async replace({ ref, wrapped }: WrappedKey, anew: Buffer, masterKey: string): Promise<boolean> {
    const replaced = await db('wrapped_keys')
      .where({ organization_id: ref.organizationId, key_id: ref.keyId, version: ref.keyVersion, wrapped })
      .update({ wrapped: anew, master_key: masterKey, wrapped_at: db.raw('clock_timestamp()') })
    return replaced === 1
  },

  /** How many data keys each master key wraps; null where it was never noted. */
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
