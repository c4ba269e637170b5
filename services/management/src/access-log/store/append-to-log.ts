import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { copyInto } from '@protectmyapi/service-kit/postgres/postgres-copy'
import { beginBatch, type NewBatch } from '../../chain/append-batches.js'
import { accessLogChain } from '../../chain/chain-names.js'
import { ACCESS_LOG_ROW, type AccessLogRow, accessEntryText, accessRowText } from '../../chain/entry-text.js'
import { type InboxEntry, placeOf } from '../../directory/record/access-entry.js'
import { copyLineOf, FROM_LINES, lineOf } from './entry-lines.js'
import { daysNear, NEAR_DAYS } from './near-days.js'

/** What became of the entries. */
export interface Appended {
  /** Entries that are new in the log: to be chained, last in the transaction. */
  readonly batches: readonly NewBatch[]
  /** Entries whose place another entry holds: they are not in the log, and must not be lost. */
  readonly strangers: readonly InboxEntry[]
}

/** Beyond this (the year 2248) a Postgres timestamp does not keep every millisecond. */
const EXACT_MS_MAX = 2 ** 43

/**
 * Puts entries into the log. An entry that is already there, because it was delivered or recorded twice, stays as it
 * is.
 */
export async function appendToLog(trx: Knex.Transaction, entries: readonly InboxEntry[]): Promise<Appended> {
  if (entries.length === 0) return { batches: [], strangers: [] }
  const { batch, today } = await beginBatch(trx)
  const dayOf = daysNear(today)
  const dated = entries.map((entry) => ({ entry, day: dayOf(entry.atMs) })).sort(byPlace)
  const isExact = entries.every(({ atMs }) => atMs <= EXACT_MS_MAX)
  if (isExact && (await copied(trx, batch, dated))) {
    const texts = dated.map(({ entry, day }) => ({
      organizationId: entry.organizationId,
      day,
      text: accessEntryText(entry),
    }))
    return { batches: batchesOf(batch, texts), strangers: [] }
  }
  const isWhole = (await insertMissing(trx, batch, dated)) === entries.length
  const texts = await textsIn(trx, batch, entries)
  return { batches: batchesOf(batch, texts), strangers: isWhole ? [] : await strangersTo(trx, entries) }
}

interface Dated {
  readonly entry: InboxEntry
  /** `2026-01-31` */
  readonly day: string
}

/** Always the same order, so that two drains that hold the same entries cannot deadlock. */
function byPlace({ entry: one }: Dated, { entry: other }: Dated): number {
  if (one.bootId !== other.bootId) return one.bootId < other.bootId ? -1 : 1
  return one.shard - other.shard || one.sequence - other.sequence
}

const COLUMNS = 'boot_id, shard, sequence, kind, at, request_id, organization_id, entry'

/**
 * Copies the entries as if all were new, which they nearly always are. Returns false if one of them is in the log
 * already.
 */
async function copied(trx: Knex.Transaction, batch: string, dated: readonly Dated[]): Promise<boolean> {
  const lines = dated.map(({ entry, day }) => copyLineOf(entry, day, batch)).join('')
  try {
    await trx.transaction((inner) => copyInto(inner, `access_log (${COLUMNS}, day, batch)`, lines))
    return true
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown
    return false
  }
}

/** SQLSTATE 23505, unique_violation. */
const isTaken = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === '23505'

/** Inserts the entries that are missing. Returns how many. */
async function insertMissing(trx: Knex, batch: string, dated: readonly Dated[]): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_log (${COLUMNS}, day, batch)
     SELECT ${COLUMNS}, more::date, ?::bigint FROM ${FROM_LINES} AS given
     ORDER BY boot_id, shard, sequence
     ON CONFLICT DO NOTHING`,
    [batch, dated.map(({ entry, day }) => `${lineOf(entry)}\t${day}`).join('\n')],
  )
  return rowCount
}

/** An entry's canonical text, and the chain and day that it belongs to. */
interface DatedText {
  readonly organizationId: string
  readonly day: string
  readonly text: string
}

/** The texts as they stand in the log, for when some of the given entries were there before. */
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

/** Entries whose place another entry holds, in the log or in the inbox, and which are in neither themselves. */
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

/** As Postgres returns it. */
interface HeldEntry {
  readonly bootId: string
  readonly shard: number
  readonly sequence: string
  readonly requestId: string
  readonly kind: string
  readonly organizationId: string
}

/** Injective, whatever the ids look like. */
const identityOf = (of: Identity | HeldEntry): string =>
  JSON.stringify([placeOf(of), of.requestId, of.kind, of.organizationId])
