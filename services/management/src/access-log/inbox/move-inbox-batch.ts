import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendingIn } from '../../chain/appended-heads.js'
import type { InboxEntry } from '../../directory/record/access-entry.js'
import { canonicalJson } from '../../http/canonical-json.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { placeTaken } from '../store/place-taken.js'
import { type Drained, storeEntries } from '../store/store-entries.js'

/**
 * Moves a batch of entries from the inbox into the log, and watermarks and chains with them, in one transaction.
 * Several managements share the work (SKIP LOCKED). An entry that is already in the log, because a proxy recorded it
 * twice, is dropped; an entry whose place another one holds is set aside.
 */
export function moveInboxBatch(db: Knex): Promise<Drained> {
  return appendingIn(db, async (trx) => {
    const entries = await take(trx)
    return storeEntries(trx, entries, (strangers) =>
      strangers.map((entry) => placeTaken(entry, { message: '', position: 0 })),
    )
  })
}

/** Postgres returns bigints as text. */
interface TakenRow extends Omit<InboxEntry, 'sequence' | 'atMs' | 'content'> {
  readonly sequence: string
  readonly atMs: string
  readonly entry: unknown
}

async function take(trx: Knex): Promise<readonly InboxEntry[]> {
  const { rows } = await trx.raw<{ rows: TakenRow[] }>(
    `DELETE FROM access_inbox USING (
       SELECT boot_id, shard, sequence FROM access_inbox
       ORDER BY boot_id, shard, sequence LIMIT ? FOR UPDATE SKIP LOCKED
     ) AS chosen
     WHERE (access_inbox.boot_id, access_inbox.shard, access_inbox.sequence) = (chosen.boot_id, chosen.shard, chosen.sequence)
     RETURNING access_inbox.boot_id AS "bootId", access_inbox.shard, access_inbox.sequence, kind,
       (extract(epoch FROM at) * 1000)::bigint AS "atMs", request_id AS "requestId",
       organization_id AS "organizationId", entry`,
    [ACCESS_LOG_LIMITS.drainRowsMax],
  )
  return rows.map(({ sequence, atMs, entry, ...row }) => ({
    ...row,
    sequence: Number(sequence),
    atMs: Number(atMs),
    content: canonicalJson(entry),
  }))
}
