import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { moveInboxBatch } from '../access-log/inbox/move-inbox-batch.js'
import { toInboxEntry } from '../directory/record/access-entry.js'
import { writeInbox } from '../directory/record/access-inbox.js'
import { accessEntry } from './access-entries.js'

export type Entry = Partial<AccessEntry__Output>

const ANY = { organizationId: 'org', shard: 1, sequence: 1 }
const { subject: SUBJECT } = accessEntry(ANY)
const { outcome: OUTCOME } = accessEntry({ ...ANY, kind: 'ENTRY_KIND_FINISHED' })

export const admitted = (requestId: string, of: Partial<typeof SUBJECT> = {}, atMs = Date.now()): Entry => ({
  requestId,
  atMs,
  subject: SUBJECT && { ...SUBJECT, ...of },
})

export const finished = (requestId: string, of: Partial<typeof OUTCOME> = {}, atMs = Date.now()): Entry => ({
  requestId,
  atMs,
  kind: 'ENTRY_KIND_FINISHED',
  outcome: OUTCOME && { ...OUTCOME, ...of },
})

const bootId = newId('boot')
let sequence = 0

/** Puts entries on record and drains them, which appends one link for each 2,000. */
export async function logEntries(db: Knex, organizationId: string, entries: readonly Entry[]): Promise<void> {
  await writeInbox(
    db,
    entries.map((of) => toInboxEntry(bootId, accessEntry({ organizationId, shard: 1, sequence: ++sequence, ...of }))),
  )
  while ((await moveInboxBatch(db)).taken > 0);
}
