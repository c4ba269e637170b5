import type { Knex } from '@protectmyapi/service-kit/postgres'
import { ACCESS_LOG_LIMITS } from './access-log-limits.js'

/**
 * Moves entries from the inbox into the log, and the watermarks with them, in one transaction. Several managements
 * share the work (SKIP LOCKED). An entry that is in the log already, since a proxy recorded it twice, is dropped.
 * Answers how many it took from the inbox.
 */
export function drainInbox(db: Knex): Promise<number> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { boot_id: string; shard: number; taken: number }[] }>(
      `WITH taken AS (
         DELETE FROM access_inbox USING (
           SELECT boot_id, shard, sequence FROM access_inbox
           ORDER BY boot_id, shard, sequence LIMIT ? FOR UPDATE SKIP LOCKED
         ) AS chosen
         WHERE (access_inbox.boot_id, access_inbox.shard, access_inbox.sequence) = (chosen.boot_id, chosen.shard, chosen.sequence)
         RETURNING access_inbox.*
       ), moved AS (
         INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
         SELECT ${DAY}, boot_id, shard, sequence, kind, at, request_id, organization_id, entry FROM taken
         ON CONFLICT DO NOTHING
       )
       SELECT boot_id, shard, count(*)::integer AS taken FROM taken GROUP BY boot_id, shard ORDER BY boot_id, shard`,
      [ACCESS_LOG_LIMITS.drainRowsMax],
    )
    for (const { boot_id, shard } of rows) await moveWatermark(trx, boot_id, shard)
    return rows.reduce((sum, { taken }) => sum + taken, 0)
  })
}

/** The entry's own day, so that the same entry always finds itself; a proxy whose clock is days off gets today. */
const DAY = `CASE WHEN (at AT TIME ZONE 'UTC')::date BETWEEN current_date - 1 AND current_date + 1
  THEN (at AT TIME ZONE 'UTC')::date ELSE current_date END`

/** To the highest sequence below which everything is committed: not the maximum, another drain may be behind. */
async function moveWatermark(trx: Knex, bootId: string, shard: number): Promise<void> {
  const place = { boot_id: bootId, shard }
  await trx('access_watermarks')
    .insert({ ...place, sequence: 0 })
    .onConflict(['boot_id', 'shard'])
    .ignore()
  const held = await trx('access_watermarks').where(place).forUpdate().first<{ sequence: string }>('sequence')
  const { rows } = await trx.raw<{ rows: { through: string | null }[] }>(
    `SELECT max(sequence) AS through FROM (
       SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM (
         SELECT DISTINCT sequence FROM access_log
         WHERE day >= current_date - 1 AND boot_id = ? AND shard = ? AND sequence > ? ORDER BY sequence LIMIT ?
       ) AS above
     ) AS numbered WHERE sequence = ?::bigint + place`,
    [bootId, shard, held.sequence, ACCESS_LOG_LIMITS.watermarkAheadMax, held.sequence],
  )
  const through = rows[0]?.through
  if (through === null || through === undefined) return
  await trx('access_watermarks')
    .where(place)
    .update({ sequence: through, updated_at: trx.raw('clock_timestamp()') })
}
