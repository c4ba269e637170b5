import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** The last head of a chain that this vault signed. */
export interface SignedHead {
  readonly count: number
  readonly head: Buffer
  readonly signedAtMs: number
  readonly signature: Buffer
  readonly keyId: string
}

interface SignedHeadRow {
  readonly chain: string
  readonly count: string
  readonly head: Buffer
  readonly signed_at_ms: string
  readonly signature: Buffer
  readonly key_id: string
}

export const signedHeadStore = (db: Knex) => ({
  async find(chain: string): Promise<SignedHead | undefined> {
    return toHead(await db<SignedHeadRow>('signed_heads').where({ chain }).first())
  },

  /** The same, and locks the row until the caller's transaction ends. */
  async lock(chain: string): Promise<SignedHead | undefined> {
    return toHead(await db<SignedHeadRow>('signed_heads').where({ chain }).forUpdate().first())
  },

  /** Names of chains whose last head was signed by one of these keys, in order, after the given name. */
  async signedBy(keyIds: readonly string[], after: string, max: number): Promise<readonly string[]> {
    return db('signed_heads')
      .whereIn('key_id', keyIds)
      .where('chain', '>', after)
      .orderBy('chain')
      .limit(max)
      .pluck('chain')
  },

  /** Names of chains in order, after the given one; longer names are left out. */
  async after(
    chain: string,
    { pageRows, nameBytesMax }: { readonly pageRows: number; readonly nameBytesMax: number },
  ): Promise<readonly string[]> {
    return db('signed_heads')
      .where('chain', '>', chain)
      .whereRaw('octet_length(chain) <= ?', [nameBytesMax])
      .orderBy('chain')
      .limit(pageRows)
      .pluck('chain')
  },

  /** False if the chain has a head already. */
  async insert(chain: string, head: SignedHead): Promise<boolean> {
    const inserted = await db('signed_heads')
      .insert({ chain, ...toRow(head) })
      .onConflict('chain')
      .ignore()
      .returning('chain')
    return inserted.length > 0
  },

  async update(chain: string, head: SignedHead): Promise<void> {
    await db('signed_heads').where({ chain }).update(toRow(head))
  },
})

function toHead(row: SignedHeadRow | undefined): SignedHead | undefined {
  if (row === undefined) return undefined
  const { head, signature, key_id: keyId } = row
  return { count: Number(row.count), head, signedAtMs: Number(row.signed_at_ms), signature, keyId }
}

function toRow({ count, head, signedAtMs, signature, keyId }: SignedHead): Omit<SignedHeadRow, 'chain'> {
  return { count: String(count), head, signed_at_ms: String(signedAtMs), signature, key_id: keyId }
}
