import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { SignedHead } from '../vault/head-witness.js'
import type { BatchContent } from './batch-digest.js'

/** One link as it is stored. */
export interface BatchRow extends BatchContent {
  readonly number: number
  readonly head: Buffer
}

type StoredBatch = Omit<BatchRow, 'number'> & { readonly number: string }

/** The links after this number, in order. */
export async function batchesAfter(
  db: Knex,
  chain: string,
  { after, through, limit }: { readonly after: number; readonly through: number; readonly limit: number },
): Promise<readonly BatchRow[]> {
  const { rows } = await db.raw<{ rows: StoredBatch[] }>(
    `SELECT number, batch, to_char(day, 'YYYY-MM-DD') AS day, entries, digest, head FROM chain_batches
     WHERE chain = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?`,
    [chain, after, through, limit],
  )
  return rows.map((row) => ({ ...row, number: Number(row.number) }))
}

interface StoredCheckpoint {
  readonly count: string
  readonly head: Buffer
  readonly signed_at_ms: string
  readonly signature: Buffer
  readonly key_id: string
}

/** Heads that were signed, of these counts, in order. What they are worth, their signatures say. */
export async function checkpointsBetween(
  db: Knex,
  chain: string,
  { from, through }: { readonly from: number; readonly through: number },
): Promise<readonly SignedHead[]> {
  const rows: StoredCheckpoint[] = await db('chain_checkpoints')
    .where({ chain })
    .whereBetween('count', [from, through])
    .orderBy('count')
    .select('count', 'head', 'signed_at_ms', 'signature', 'key_id')
  return rows.map(({ count, head, signed_at_ms, signature, key_id }) => ({
    count: Number(count),
    head,
    signedAtMs: Number(signed_at_ms),
    signature,
    keyId: key_id,
  }))
}

/** Keeps a signed head. Once: the same head again has the same signature. */
export async function keepCheckpoint(
  db: Knex,
  chain: string,
  { count, head, signedAtMs, signature, keyId }: SignedHead,
): Promise<void> {
  const row = { chain, count, head, signed_at_ms: signedAtMs, signature, key_id: keyId }
  await db('chain_checkpoints').insert(row).onConflict(['chain', 'count']).ignore()
}
