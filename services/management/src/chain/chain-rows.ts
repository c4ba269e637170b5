import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Read } from '../db/read.js'
import type { SignedHead } from '../vault/head-witness.js'
import type { BatchContent } from './batch-digest.js'
import { bytesOf, countOf } from './stored-values.js'

/**
 * What Postgres prints of a value. `to_char` would print a day before Christ as one after, and nothing for one that never
 * is; a cast to text can be defined anew, and a function that is not named in full be outdone by another's in `public`.
 */
export const printed = (value: string): string => `pg_catalog.format('%s'::text, ${value})`

/**
 * The mark of a head that the vault has not signed. No time: whoever writes to the table would set it forward, and there
 * would be no alarm. Far ahead, so that the version before, which keeps one, has none either.
 */
export const UNSIGNED = '9999-12-31T00:00:00Z'

/** One link as it is stored. */
export interface BatchRow extends BatchContent {
  readonly number: number
  readonly head: Buffer
}

interface StoredBatch {
  readonly number: string
  readonly batch: string | null
  readonly day: string
  readonly entries: number
  readonly digest: Buffer | null
  readonly head: Buffer | null
}

/** The links after this number, in order. */
export async function batchesAfter(
  read: Read,
  chain: string,
  { after, through, limit }: { readonly after: number; readonly through: number; readonly limit: number },
): Promise<readonly BatchRow[]> {
  const rows = await read<StoredBatch>(
    `SELECT number, batch, ${printed('day')} AS day, entries, digest, head FROM chain_batches
     WHERE chain = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?`,
    [chain, after, through, limit],
  )
  return rows.map(({ number, batch, day, entries, digest, head }) => ({
    number: countOf(number),
    batch: batch ?? '',
    day,
    entries,
    digest: bytesOf(digest),
    head: bytesOf(head),
  }))
}

interface StoredCheckpoint {
  readonly count: string
  readonly head: Buffer | null
  readonly signed_at_ms: string
  readonly signature: Buffer | null
  readonly key_id: string
  readonly previous: string
}

/** A signed head as it is kept. */
export interface KeptHead extends SignedHead {
  /** The count of the one that was kept before it, 0 of the first. */
  readonly previous: number
}

/** Heads that were signed, of these counts, in order. What they are worth, their signatures say. */
export async function checkpointsBetween(
  read: Read,
  chain: string,
  { from, through }: { readonly from: number; readonly through: number },
): Promise<readonly KeptHead[]> {
  const rows = await read<StoredCheckpoint>(
    `SELECT count, head, signed_at_ms, signature, key_id, previous FROM chain_checkpoints
     WHERE chain = ? AND count BETWEEN ? AND ? ORDER BY count`,
    [chain, from, through],
  )
  return rows.map(({ count, head, signed_at_ms, signature, key_id, previous }) => ({
    count: countOf(count),
    head: bytesOf(head),
    signedAtMs: Number(signed_at_ms),
    signature: bytesOf(signature),
    keyId: key_id,
    previous: countOf(previous),
  }))
}

/**
 * Keeps a signed head, where its link stands and none is kept of more: one that the vault is made to forget after a restore
 * must not stay. Once: the same head again has the same signature.
 */
export async function keepCheckpoint(db: Knex, chain: string, signed: SignedHead): Promise<void> {
  await db.raw(KEEP, keepBindings(chain, signed))
}

/** The same of what is signed by now, and marks the head: in one statement, since verifying holds both together. */
export async function keepSigned(db: Knex, chain: string, signed: SignedHead): Promise<void> {
  await db.raw(
    `WITH kept AS (${KEEP})
     UPDATE chain_heads SET unsigned_since = ${MARK} WHERE chain = ? AND unsigned_since IS DISTINCT FROM ${MARK}`,
    [...keepBindings(chain, signed), signed.count, UNSIGNED, chain, signed.count, UNSIGNED],
  )
}

const MARK = 'CASE WHEN count > ? THEN ?::timestamptz END'

const KEEP = `INSERT INTO chain_checkpoints (chain, count, head, signed_at_ms, signature, key_id)
  SELECT chain, number, head, ?::bigint, ?::bytea, ?::text FROM chain_batches AS link
  WHERE chain = ? AND number = ? AND head = ?
    AND NOT EXISTS (SELECT FROM chain_checkpoints AS kept WHERE kept.chain = link.chain AND count > number)
  ON CONFLICT (chain, count) DO NOTHING`

const keepBindings = (chain: string, { count, head, signedAtMs, signature, keyId }: SignedHead) => [
  signedAtMs,
  signature,
  keyId,
  chain,
  count,
  head,
]
