import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendBatches } from '../../chain/append-batches.js'
import type { Appending } from '../../chain/appended-heads.js'
import type { InboxEntry } from '../../directory/record/access-entry.js'
import { appendToLog } from './append-to-log.js'
import { moveWatermarks, type Watermark } from './move-watermarks.js'
import { type SetAside, setAside } from './set-aside.js'

/** What one transaction of a drain did. */
export interface Drained {
  /** Entries taken, those that were in the log already too. */
  readonly taken: number
  readonly watermarks: readonly Watermark[]
  readonly setAside: readonly SetAside[]
}

/** What cannot become an entry, or turned out to be a stranger in another's place. */
type AsideOf = (strangers: readonly InboxEntry[]) => readonly SetAside[]

/**
 * Entries into the log, what cannot be one set aside, the watermarks moved, and the chains: what every drain does in its
 * transaction. The order is the order of locks: places in the log, watermarks, heads.
 */
export async function storeEntries(
  trx: Knex.Transaction,
  entries: readonly InboxEntry[],
  asideOf: AsideOf,
): Promise<Appending<Drained>> {
  const { batches, strangers } = await appendToLog(trx, entries)
  const aside = asideOf(strangers)
  await setAside(trx, aside)
  const watermarks = await moveWatermarks(trx, entries)
  const appended = await appendBatches(trx, batches)
  return { taken: entries.length, watermarks, setAside: aside, appended }
}
