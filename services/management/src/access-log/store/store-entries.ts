import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendBatches } from '../../chain/append-batches.js'
import type { Appending } from '../../chain/appended-heads.js'
import type { InboxEntry } from '../../directory/record/access-entry.js'
import { appendToLog } from './append-to-log.js'
import { moveWatermarks, type Watermark } from './move-watermarks.js'
import { type SetAside, setAside } from './set-aside.js'

/** What one transaction of a drain did. */
export interface Drained {
  /** Entries taken, including those that were in the log already. */
  readonly taken: number
  readonly watermarks: readonly Watermark[]
  readonly setAside: readonly SetAside[]
}

/** Returns what cannot become an entry, and the given strangers, whose place another entry holds. */
type AsideOf = (strangers: readonly InboxEntry[]) => readonly SetAside[]

/**
 * What every drain does in its transaction: puts entries into the log, sets aside what cannot be one, moves the
 * watermarks, and extends the chains. The order is the order of locks: places in the log, watermarks, heads.
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
