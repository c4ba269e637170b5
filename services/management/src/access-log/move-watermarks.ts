import type { Knex } from '@protectmyapi/service-kit/postgres'
import { ACCESS_LOG_LIMITS } from './access-log-limits.js'
import { NEAR_DAYS } from './near-days.js'

/** One proxy's entries of one shard. */
export interface Strand {
  readonly bootId: string
  readonly shard: number
}

/** Everything of the strand up to the sequence is committed. */
export interface Watermark extends Strand {
  readonly sequence: number
}

interface Mark {
  readonly boot_id: string
  readonly shard: number
  readonly sequence: string
}

/**
 * Moves the watermarks of these strands to the highest sequence below which everything is committed: not the maximum,
 * another drain may be behind. Answers all of them, those too that a gap holds back.
 *
 * Late in a transaction, only the heads of chains come behind it: the rows stay locked until it ends.
 */
export async function moveWatermarks(trx: Knex, strands: readonly Strand[]): Promise<readonly Watermark[]> {
  if (strands.length === 0) return []
  const given = JSON.stringify(strands.map(({ bootId, shard }) => ({ bootId, shard })))
  const marks = new Map<string, Watermark>()
  const remember = (rows: readonly Mark[]): void => {
    for (const row of rows) marks.set(`${row.boot_id}/${row.shard}`, fromRow(row))
  }
  remember(await lockMarks(trx, given))
  for (let isAtStep = true; isAtStep; ) {
    const moved = await step(trx, given)
    remember(moved)
    isAtStep = moved.some(({ steps }) => steps === ACCESS_LOG_LIMITS.watermarkStep)
  }
  return [...marks.values()]
}

const fromRow = ({ boot_id, shard, sequence }: Mark): Watermark => ({
  bootId: boot_id,
  shard,
  sequence: Number(sequence),
})

/** In one order for everybody. What another drain commits while we wait here, the next statement sees. */
async function lockMarks(trx: Knex, given: string): Promise<readonly Mark[]> {
  const { rows } = await trx.raw<{ rows: Mark[] }>(
    `INSERT INTO access_watermarks AS mark (boot_id, shard, sequence)
     SELECT DISTINCT "bootId", shard, 0 FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer)
     ORDER BY "bootId", shard
     ON CONFLICT (boot_id, shard) DO UPDATE SET updated_at = clock_timestamp()
     RETURNING boot_id, shard, sequence`,
    [given],
  )
  return rows
}

/** Behind a gap only the next place is looked at, however much has piled up above it. */
async function step(trx: Knex, given: string): Promise<readonly (Mark & { steps: number })[]> {
  const { rows } = await trx.raw<{ rows: (Mark & { steps: number })[] }>(
    `WITH held AS MATERIALIZED (
       SELECT boot_id, shard, sequence FROM access_watermarks WHERE (boot_id, shard) IN (
         SELECT "bootId", shard FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer)
       )
     )
     UPDATE access_watermarks AS mark
     SET sequence = ahead.through
     FROM held
     CROSS JOIN LATERAL (
       SELECT sequence FROM access_log
       WHERE day = ANY (${NEAR_DAYS}) AND boot_id = held.boot_id AND shard = held.shard
         AND sequence = held.sequence + 1 LIMIT 1
     ) AS next
     CROSS JOIN LATERAL (
       SELECT max(sequence) AS through FROM (
         SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM (
           SELECT DISTINCT sequence FROM access_log
           WHERE day = ANY (${NEAR_DAYS}) AND boot_id = held.boot_id AND shard = held.shard
             AND sequence >= next.sequence AND sequence < next.sequence + ?::integer
         ) AS above
       ) AS numbered WHERE sequence = held.sequence + place
     ) AS ahead
     WHERE mark.boot_id = held.boot_id AND mark.shard = held.shard
     RETURNING mark.boot_id, mark.shard, mark.sequence, (mark.sequence - held.sequence)::integer AS steps`,
    [given, ACCESS_LOG_LIMITS.watermarkStep],
  )
  return rows
}
