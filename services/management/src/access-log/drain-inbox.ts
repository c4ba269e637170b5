import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { InboxEntry } from '../directory/access-entry.js'
import { ACCESS_LOG_LIMITS } from './access-log-limits.js'
import { strangersTo } from './append-to-log.js'
import { moveWatermarks, type Watermark } from './move-watermarks.js'
import { DAY_OF_ENTRY } from './near-days.js'
import { placeTaken } from './place-taken.js'
import { type SetAside, setAside } from './set-aside.js'

/** What one transaction of a drain did. */
export interface Drained {
  /** Entries taken, those that were in the log already too. */
  readonly taken: number
  readonly watermarks: readonly Watermark[]
  readonly setAside: readonly SetAside[]
}

/**
 * Moves entries from the inbox into the log, and the watermarks with them, in one transaction. Several managements
 * share the work (SKIP LOCKED). An entry that is in the log already, since a proxy recorded it twice, is dropped; one
 * whose place another holds is set aside.
 */
export function drainInbox(db: Knex): Promise<Drained> {
  return db.transaction(async (trx) => {
    const strands = await move(trx)
    const strangers = await strangersTo(
      trx,
      strands.flatMap(({ unmoved }) => unmoved ?? []),
    )
    const aside = strangers.map((entry) => placeTaken(entry, { message: '', position: 0 }))
    await setAside(trx, aside)
    return {
      taken: strands.reduce((sum, { taken }) => sum + taken, 0),
      watermarks: await moveWatermarks(trx, strands),
      setAside: aside,
    }
  })
}

interface MovedStrand {
  readonly bootId: string
  readonly shard: number
  readonly taken: number
  /** Their places were taken in the log. */
  readonly unmoved: readonly InboxEntry[] | null
}

async function move(trx: Knex): Promise<readonly MovedStrand[]> {
  const { rows } = await trx.raw<{ rows: MovedStrand[] }>(
    `WITH taken AS (
       DELETE FROM access_inbox USING (
         SELECT boot_id, shard, sequence FROM access_inbox
         ORDER BY boot_id, shard, sequence LIMIT ? FOR UPDATE SKIP LOCKED
       ) AS chosen
       WHERE (access_inbox.boot_id, access_inbox.shard, access_inbox.sequence) = (chosen.boot_id, chosen.shard, chosen.sequence)
       RETURNING access_inbox.*
     ), moved AS (
       INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
       SELECT ${DAY_OF_ENTRY}, boot_id, shard, sequence, kind, at, request_id, organization_id, entry FROM taken
       ORDER BY boot_id, shard, sequence
       ON CONFLICT DO NOTHING
       RETURNING boot_id, shard, sequence
     )
     SELECT boot_id AS "bootId", shard, count(*)::integer AS taken,
       json_agg(json_build_object('bootId', boot_id, 'shard', shard, 'sequence', sequence, 'kind', kind,
         'atMs', (extract(epoch FROM at) * 1000)::bigint, 'requestId', request_id, 'organizationId', organization_id,
         'entry', entry)) FILTER (WHERE moved.sequence IS NULL) AS unmoved
     FROM taken LEFT JOIN moved USING (boot_id, shard, sequence)
     GROUP BY boot_id, shard ORDER BY boot_id, shard`,
    [ACCESS_LOG_LIMITS.drainRowsMax],
  )
  return rows
}
