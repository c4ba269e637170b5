import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'

/** Part of the format: never changed. */
const BATCH_WORD = 'protectmyapi/chain/1/batch'

/** What one link of a chain holds. */
export interface BatchContent {
  /** Decimal; the batch's entries carry it. */
  readonly batch: string
  /** The day of all its entries: `2026-01-31`. */
  readonly day: string
  readonly entries: number
  readonly digest: Uint8Array
}

/**
 * Digest of the entries of a batch, given by their canonical texts in any order. Order does not matter, because every
 * text names its entry's own place.
 */
export function digestOf(texts: readonly string[]): Buffer {
  // No JSON text contains a line feed, so lines are injective; one hash over all costs a third of one hash for each.
  return createHash('sha256')
    .update([...texts].sort().join('\n'))
    .digest()
}

/** 32 bytes that stand for the batch. The chain is made of them, and the vault follows them. */
export function contentOf({ batch, day, entries, digest }: BatchContent): Buffer {
  return createHash('sha256')
    .update(joinInjectively([BATCH_WORD, batch, day, String(entries), digest]))
    .digest()
}
