import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Read } from '../db/read.js'
import type { SignedHead } from '../vault/head-witness.js'
import type { BatchContent } from './batch-digest.js'
import { bytesOf, countOf } from './stored-values.js'

/**
 * The text of a value as Postgres prints it. `to_char` would print a day before Christ like one after, and nothing for
 * an infinite one. A cast to text can be redefined, and a function not named in full can be displaced by another in
 * `public`.
 */
export const printed = (value: string): string => `pg_catalog.format('%s'::text, ${value})`

/**
 * The mark of a head that the vault has not signed. It is not the current time, because an attacker who can write to
 * the table would set that forward and so prevent the alarm. It is far ahead, so that the previous version of
 * management, which keeps a time here, raises no alarm either.
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
  /** The count of the head that was kept before it, 0 for the first. */
  readonly previous: number
}

/** Kept heads of these counts, in order. Only their signatures say what they are worth. */
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
 * Keeps a signed head if its link is stored and no head of a higher count is kept: one that the vault was made to
 * forget after a restore must not stay. It is kept once, because the same head again has the same signature.
 */
export async function keepCheckpoint(db: Knex, chain: string, signed: SignedHead): Promise<void> {
  await db.raw(KEEP, keepBindings(chain, signed))
}

/**
 * Keeps what is signed by now in the same way, and marks the chain's head. One statement, because verifying reads both
 * together.
 */
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
