import type { RecordAccessRequest__Output } from '@protectmyapi/protos/generated/directory/v1/RecordAccessRequest'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { toInboxEntry, writeInbox } from './access-entry.js'

const ENTRIES_MAX = 1_000

/**
 * Puts entries on record, committed before the answer. Idempotent: an entry that is in the inbox is left as it is, and
 * one that was drained already is dropped by the drain.
 *
 * The function throws Fault INVALID_REQUEST.
 */
export function createRecordAccess(db: Knex): (request: RecordAccessRequest__Output) => Promise<Record<string, never>> {
  return async ({ bootId, entries }) => {
    if (entries.length > ENTRIES_MAX) throw new Fault('INVALID_REQUEST', `more than ${ENTRIES_MAX} entries`)
    await writeInbox(
      db,
      entries.map((entry) => toInboxEntry(bootId, entry)),
    )
    return {}
  }
}
