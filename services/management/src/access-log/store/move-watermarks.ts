import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { NEAR_DAYS } from './near-days.js'

/** One proxy's entries of one shard. */
export interface Strand {
  readonly bootId: string
  readonly shard: number
}

/** Everything of the strand up to this sequence is committed. */
export interface Watermark extends Strand {
  readonly sequence: number
}

interface Mark {
  readonly boot_id: string
  readonly shard: number
  readonly sequence: string
}

/** The place of an entry in its strand. */
interface Placed extends Strand {
  readonly sequence: number
}

/**
 * Moves the watermarks of these entries' strands to the highest sequence below which everything is committed. That need
 * not be the highest sequence given, because another drain may be behind. Returns all of these watermarks, including
 * those that a gap holds back.
 *
 * @param entries are in the log when this transaction is committed, by it or by another one before.
 *
 * To be called late in a transaction, with only the heads of chains after it: the rows stay locked until it ends.
 */
export async function moveWatermarks(trx: Knex, entries: readonly Placed[]): Promise<readonly Watermark[]> {
  if (entries.length === 0) return []
  const strands = strandsOf(entries)
  const marks = new Map<string, Watermark>()
  const remember = (rows: readonly Mark[]): void => {
    for (const row of rows) marks.set(nameOf(fromRow(row)), fromRow(row))
  }
  remember(await lockMarks(trx, [...strands.values()]))
  // Passes the given entries from memory, so that the log is read only for what others put there.
  const reached = [...marks].map(([name, mark]) => ({ ...mark, sequence: through(mark.sequence, strands.get(name)) }))
  for (let from: readonly Watermark[] = reached; from.length > 0; ) {
    const moved = await step(trx, from)
    remember(moved)
    from = moved.filter(({ steps }) => steps === ACCESS_LOG_LIMITS.watermarkStep).map(fromRow)
  }
  return [...marks.values()]
}

interface OwnPlaces extends Strand {
  readonly sequences: Set<number>
}

const nameOf = ({ bootId, shard }: Strand): string => `${bootId}/${shard}`

function strandsOf(entries: readonly Placed[]): ReadonlyMap<string, OwnPlaces> {
  const strands = new Map<string, OwnPlaces>()
  let last: OwnPlaces | undefined
  for (const { bootId, shard, sequence } of entries) {
    // Neighbouring entries usually come from one message, and so from one strand.
    if (last?.bootId !== bootId || last.shard !== shard) {
      const name = nameOf({ bootId, shard })
      last = strands.get(name) ?? { bootId, shard, sequences: new Set() }
      strands.set(name, last)
    }
    last.sequences.add(sequence)
  }
  return strands
}

function through(from: number, own: OwnPlaces | undefined): number {
  let end = from
  while (own?.sequences.has(end + 1)) end += 1
  return end
}

const fromRow = ({ boot_id, shard, sequence }: Mark): Watermark => ({
  bootId: boot_id,
  shard,
  sequence: Number(sequence),
})

/** In the same order everywhere. The next statement sees what another drain commits while this one waits. */
async function lockMarks(trx: Knex, strands: readonly Strand[]): Promise<readonly Mark[]> {
  const { rows } = await trx.raw<{ rows: Mark[] }>(
    `INSERT INTO access_watermarks AS mark (boot_id, shard, sequence)
     SELECT "bootId", shard, 0 FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer)
     ORDER BY "bootId", shard
     ON CONFLICT (boot_id, shard) DO UPDATE SET updated_at = clock_timestamp()
     RETURNING boot_id, shard, sequence`,
    [JSON.stringify(strands.map(({ bootId, shard }) => ({ bootId, shard })))],
  )
  return rows
}

/**
 * Moves from the sequence reached to the next gap, by `watermarkStep` sequences at most. At a gap only the next place
 * is looked at, however much has piled up above it.
 */
async function step(trx: Knex, reached: readonly Watermark[]): Promise<readonly (Mark & { steps: number })[]> {
  const { rows } = await trx.raw<{ rows: (Mark & { steps: number })[] }>(
    `WITH reached AS MATERIALIZED (
       SELECT * FROM json_to_recordset(?::json) AS given ("bootId" text, shard integer, sequence bigint)
     )
     UPDATE access_watermarks AS mark
     SET sequence = coalesce(ahead.through, reached.sequence)
     FROM reached
     LEFT JOIN LATERAL (
       SELECT sequence FROM access_log
       WHERE day = ANY (${NEAR_DAYS}) AND boot_id = reached."bootId" AND shard = reached.shard
         AND sequence = reached.sequence + 1 LIMIT 1
     ) AS next ON true
     LEFT JOIN LATERAL (
       SELECT max(sequence) AS through FROM (
         SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM (
           SELECT DISTINCT sequence FROM access_log
           WHERE day = ANY (${NEAR_DAYS}) AND boot_id = reached."bootId" AND shard = reached.shard
             AND sequence >= next.sequence AND sequence < next.sequence + ?::integer
         ) AS above
       ) AS numbered WHERE sequence = reached.sequence + place
     ) AS ahead ON true
     WHERE mark.boot_id = reached."bootId" AND mark.shard = reached.shard
     RETURNING mark.boot_id, mark.shard, mark.sequence,
       (mark.sequence - reached.sequence)::integer AS steps`,
    [JSON.stringify(reached), ACCESS_LOG_LIMITS.watermarkStep],
  )
  return rows
}
