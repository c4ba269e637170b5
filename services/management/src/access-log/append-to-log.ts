import type { Knex } from '@protectmyapi/service-kit/postgres'
import { beginBatch, type NewBatch } from '../chain/append-batches.js'
import { accessLogChain } from '../chain/chain-names.js'
import { ACCESS_LOG_ROW, type AccessLogRow, accessEntryText } from '../chain/entry-text.js'
import { type InboxEntry, placeOf } from '../directory/access-entry.js'
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
  const dated = entries.map((entry) => withDay(entry, dayOf(entry.atMs)))
  // One JSON text: arrays of parameters cost this process four times as much. In order, so that no two drains that
  // hold the same entries wait for each other in a circle.
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
     SELECT day, "bootId", shard, sequence, kind, to_timestamp("atMs" / 1000.0), "requestId", "organizationId", entry, ?
     FROM json_to_recordset(?::json) AS given (day date, "bootId" text, shard integer, sequence bigint, kind text,
       "atMs" bigint, "requestId" text, "organizationId" text, entry jsonb)
     ORDER BY "bootId", shard, sequence
     ON CONFLICT DO NOTHING`,
    [batch, JSON.stringify(dated)],
  )
  const isWhole = rowCount === entries.length
  const isExact = isWhole && entries.every(({ atMs }) => atMs <= EXACT_MS_MAX)
  const rows = isExact ? dated.map(asRow) : await rowsOf(trx, batch, entries)
  return { batches: batchesOf(batch, rows), strangers: isWhole ? [] : await strangersTo(trx, entries) }
}

interface Dated extends InboxEntry {
  readonly day: string
}

type DatedRow = AccessLogRow & { readonly day: string }

/** Member by member, here and below: copying objects whole costs a fifth of the drain's time. */
function withDay(entry: InboxEntry, day: string): Dated {
  const { bootId, shard, sequence, kind, atMs, requestId, organizationId, entry: content } = entry
  return { day, bootId, shard, sequence, kind, atMs, requestId, organizationId, entry: content }
}

function asRow({ day, bootId, shard, sequence, kind, atMs, requestId, organizationId, entry }: Dated): DatedRow {
  return {
    day,
    bootId,
    shard,
    sequence: String(sequence),
    kind,
    atMs: String(atMs),
    requestId,
    organizationId,
    entry,
  }
}

/** As they stand in the log, where it is not all that was given. */
async function rowsOf(trx: Knex, batch: string, entries: readonly InboxEntry[]): Promise<readonly DatedRow[]> {
  const organizations = [...new Set(entries.map(({ organizationId }) => organizationId))]
  const { rows } = await trx.raw<{ rows: DatedRow[] }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, ${ACCESS_LOG_ROW} FROM access_log
     WHERE day = ANY (${NEAR_DAYS}) AND organization_id = ANY (?) AND batch = ?`,
    [organizations, batch],
  )
  return rows
}

function batchesOf(batch: string, rows: readonly DatedRow[]): readonly NewBatch[] {
  const texts = new Map<string, { chain: string; day: string; texts: string[] }>()
  for (const row of rows) {
    const chain = accessLogChain(row.organizationId)
    const name = `${chain} ${row.day}`
    const held = texts.get(name) ?? { chain, day: row.day, texts: [] }
    held.texts.push(accessEntryText(row))
    texts.set(name, held)
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
