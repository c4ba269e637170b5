import type { RecordAccessRequest__Output } from '@protectmyapi/protos/generated/directory/v1/RecordAccessRequest'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { strangersTo } from '../../access-log/store/append-to-log.js'
import { placeTaken } from '../../access-log/store/place-taken.js'
import { setAside, tellSetAside } from '../../access-log/store/set-aside.js'
import { toInboxEntry } from './access-entry.js'
import { writeInbox } from './access-inbox.js'

const ENTRIES_MAX = 1_000

/**
 * Puts entries on record, committed before the answer. Idempotent: an entry that is in the inbox stays as it is, and
 * the drain drops one that was drained already. An entry whose place another holds is set aside, because after a
 * refusal the proxy would send it again forever, and with it the entries beside it.
 *
 * The function throws Fault INVALID_REQUEST.
 */
export function createRecordAccess(
  db: Knex,
  log: Logger,
): (request: RecordAccessRequest__Output) => Promise<Record<string, never>> {
  return async ({ bootId, entries: wire }) => {
    if (wire.length > ENTRIES_MAX) throw new Fault('INVALID_REQUEST', `more than ${ENTRIES_MAX} entries`)
    const entries = wire.map((entry) => toInboxEntry(bootId, entry))
    if ((await writeInbox(db, entries)) === entries.length) return {}
    const aside = (await strangersTo(db, entries)).map((entry) => placeTaken(entry, { message: '', position: 0 }))
    await setAside(db, aside)
    tellSetAside(log, aside)
    return {}
  }
}
