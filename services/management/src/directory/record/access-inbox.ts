import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { FROM_LINES, lineOf } from '../../access-log/store/entry-lines.js'
import { NEAR_DAYS } from '../../access-log/store/near-days.js'
import { type InboxEntry, placeOf } from './access-entry.js'

/** Writes entries. Entries are immutable, so one that is there already stays as it is. Returns how many were new. */
export async function writeInbox(trx: Knex, entries: readonly InboxEntry[]): Promise<number> {
  if (entries.length === 0) return 0
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_inbox (boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
     SELECT boot_id, shard, sequence, kind, at, request_id, organization_id, entry FROM ${FROM_LINES} AS given
     ORDER BY boot_id, shard, sequence
     ON CONFLICT DO NOTHING`,
    [entries.map(lineOf).join('\n')],
  )
  return rowCount
}

/** Which of these are on record already, in the inbox or in the log: for each such place, the request that took it. */
export async function onRecord(trx: Knex, entries: readonly InboxEntry[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await trx.raw<{ rows: { boot_id: string; shard: number; sequence: string; request_id: string }[] }>(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset(?::jsonb) AS given ("bootId" text, shard integer, sequence bigint)
     )
     SELECT held.boot_id, held.shard, held.sequence, held.request_id FROM given
     JOIN access_inbox AS held ON held.boot_id = given."bootId" AND held.shard = given.shard AND held.sequence = given.sequence
     UNION ALL
     SELECT held.boot_id, held.shard, held.sequence, held.request_id FROM given JOIN access_log AS held
     ON held.day = ANY (${NEAR_DAYS}) AND held.boot_id = given."bootId" AND held.shard = given.shard AND held.sequence = given.sequence`,
    [JSON.stringify(entries.map(({ bootId, shard, sequence }) => ({ bootId, shard, sequence })))],
  )
  return new Map(
    rows.map((row) => [placeOf({ bootId: row.boot_id, shard: row.shard, sequence: row.sequence }), row.request_id]),
  )
}
