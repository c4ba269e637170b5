import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'

/** Part of the format: never changed. */
const BATCH_WORD = 'protectmyapi/chain/1/batch'

/** What one link of a chain holds. */
export interface BatchContent {
  /** Decimal; which entries it has. */
  readonly batch: string
  /** Of all its entries: `2026-01-31`. */
  readonly day: string
  readonly entries: number
  readonly digest: Uint8Array
}

/**
 * Over the entries of a batch, given by their canonical texts in any order: they are a set, since every text names its
 * entry's own place.
 */
export function digestOf(texts: readonly string[]): Buffer {
  // No JSON text holds a line feed, so that lines are injective; one hash over all costs a third of one for each.
  return createHash('sha256')
    .update([...texts].sort().join('\n'))
    .digest()
}

/** What the chain is made of, and the vault follows: 32 bytes that stand for the batch. */
export function contentOf({ batch, day, entries, digest }: BatchContent): Buffer {
  return createHash('sha256')
    .update(joinInjectively([BATCH_WORD, batch, day, String(entries), digest]))
    .digest()
}
