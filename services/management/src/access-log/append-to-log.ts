import type { Knex } from '@protectmyapi/service-kit/postgres'
import { type InboxEntry, placeOf } from '../directory/access-entry.js'
import { DAY_OF_ENTRY, NEAR_DAYS } from './near-days.js'

/**
 * Puts entries into the log. One that is there already, since it was delivered or recorded twice, is left as it is.
 * Answers those whose place another entry holds: they are not in the log, and must not vanish.
 */
export async function appendToLog(trx: Knex, entries: readonly InboxEntry[]): Promise<readonly InboxEntry[]> {
  if (entries.length === 0) return []
  // One JSON text: arrays of parameters cost this process four times as much. In order, so that no two drains that
  // hold the same entries wait for each other in a circle.
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
     SELECT ${DAY_OF_ENTRY}, "bootId", shard, sequence, kind, at, "requestId", "organizationId", entry FROM (
       SELECT *, to_timestamp("atMs" / 1000.0) AS at
       FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer, sequence bigint, kind text,
         "atMs" bigint, "requestId" text, "organizationId" text, entry jsonb)
     ) AS given
     ORDER BY "bootId", shard, sequence
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(entries)],
  )
  return rowCount === entries.length ? [] : strangersTo(trx, entries)
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
