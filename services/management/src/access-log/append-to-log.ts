import type { Knex } from '@protectmyapi/service-kit/postgres'
import { beginBatch, type NewBatch } from '../chain/append-batches.js'
import { accessLogChain } from '../chain/chain-names.js'
import { ACCESS_LOG_ROW, type AccessLogRow, accessEntryText, accessRowText } from '../chain/entry-text.js'
import { type InboxEntry, placeOf } from '../directory/access-entry.js'
import { FROM_LINES, lineOf } from './entry-lines.js'
import { daysNear, NEAR_DAYS } from './near-days.js'

/** What became of entries. */
export interface Appended {
  /** Those that are in the log now and were not: to be chained, last in the transaction. */
  readonly batches: readonly NewBatch[]
  /** Those whose place another entry holds: they are not in the log, and must not vanish. */
  readonly strangers: readonly InboxEntry[]
}

/** Beyond it (the year 2243) a timestamp of Postgres does not keep each millisecond. */
const EXACT_MS_MAX = 2 ** 43

/** Puts entries into the log. One that is there already, since it was delivered or recorded twice, is left as it is. */
export async function appendToLog(trx: Knex, entries: readonly InboxEntry[]): Promise<Appended> {
  if (entries.length === 0) return { batches: [], strangers: [] }
  const { batch, today } = await beginBatch(trx)
  const dayOf = daysNear(today)
  const days = entries.map(({ atMs }) => dayOf(atMs))
  // In order, so that no two drains that hold the same entries wait for each other in a circle.
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
     SELECT more::date, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, ?::bigint
     FROM ${FROM_LINES} AS given
     ORDER BY boot_id, shard, sequence
     ON CONFLICT DO NOTHING`,
    [batch, entries.map((entry, index) => `${lineOf(entry)}\t${days[index]}`).join('\n')],
  )
  const isWhole = rowCount === entries.length
  const isExact = isWhole && entries.every(({ atMs }) => atMs <= EXACT_MS_MAX)
  const texts = isExact
    ? entries.map((entry, index) => ({
        organizationId: entry.organizationId,
        day: days[index] ?? today,
        text: accessEntryText(entry),
      }))
    : await textsIn(trx, batch, entries)
  return { batches: batchesOf(batch, texts), strangers: isWhole ? [] : await strangersTo(trx, entries) }
}

/** An entry's canonical text, and the chain and day that it belongs to. */
interface DatedText {
  readonly organizationId: string
  readonly day: string
  readonly text: string
}

/** As they stand in the log, where it is not all that was given. */
async function textsIn(trx: Knex, batch: string, entries: readonly InboxEntry[]): Promise<readonly DatedText[]> {
  const organizations = [...new Set(entries.map(({ organizationId }) => organizationId))]
  const { rows } = await trx.raw<{ rows: (AccessLogRow & { readonly day: string })[] }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, ${ACCESS_LOG_ROW} FROM access_log
     WHERE day = ANY (${NEAR_DAYS}) AND organization_id = ANY (?) AND batch = ?`,
    [organizations, batch],
  )
  return rows.map((row) => ({ organizationId: row.organizationId, day: row.day, text: accessRowText(row) }))
}

function batchesOf(batch: string, dated: readonly DatedText[]): readonly NewBatch[] {
  const texts = new Map<string, { chain: string; day: string; texts: string[] }>()
  for (const { organizationId, day, text } of dated) {
    const name = `${day} ${organizationId}`
    const held = texts.get(name)
    if (held) held.texts.push(text)
    else texts.set(name, { chain: accessLogChain(organizationId), day, texts: [text] })
  }
  return [...texts.values()].map((held) => ({ ...held, batch }))
}

type Identity = Pick<InboxEntry, 'bootId' | 'shard' | 'sequence' | 'requestId' | 'kind' | 'organizationId'>

/** Those whose place another entry holds, in the log or on its way there, and which are in neither themselves. */
export async function strangersTo<Entry extends Identity>(
  trx: Knex,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  if (entries.length === 0) return []
  const columns = `held.boot_id AS "bootId", held.shard, held.sequence, held.request_id AS "requestId", held.kind,
    held.organization_id AS "organizationId"`
  const isPlace = 'held.boot_id = given."bootId" AND held.shard = given.shard AND held.sequence = given.sequence'
  const { rows } = await trx.raw<{ rows: HeldEntry[] }>(
    `WITH given AS (
       SELECT * FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer, sequence bigint)
     )
     SELECT ${columns} FROM given JOIN access_inbox AS held ON ${isPlace}
     UNION ALL
     SELECT ${columns} FROM given JOIN access_log AS held ON held.day = ANY (${NEAR_DAYS}) AND ${isPlace}`,
    [JSON.stringify(entries.map(({ bootId, shard, sequence }) => ({ bootId, shard, sequence })))],
  )
  const held = new Set(rows.map(identityOf))
  const taken = new Set(rows.map(placeOf))
  return entries.filter((entry) => taken.has(placeOf(entry)) && !held.has(identityOf(entry)))
}

/** As Postgres gives them back. */
interface HeldEntry {
  readonly bootId: string
  readonly shard: number
  readonly sequence: string
  readonly requestId: string
  readonly kind: string
  readonly organizationId: string
}

/** Injective: whatever ids look like. */
const identityOf = (of: Identity | HeldEntry): string =>
  JSON.stringify([placeOf(of), of.requestId, of.kind, of.organizationId])
