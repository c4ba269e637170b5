import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type Appending, appendingIn } from '../../chain/appended-heads.js'
import type { InboxEntry } from '../../directory/record/access-entry.js'
import { placeTaken } from '../store/place-taken.js'
import type { SetAside } from '../store/set-aside.js'
import { type Drained, storeEntries } from '../store/store-entries.js'
import { type ReadMessage, unstorable, wholeMessage } from './read-message.js'

/**
 * Puts entries into the log, sets aside what cannot be one, and moves watermarks and chains, in one committed
 * transaction. Safe to repeat. If Postgres refuses a value, the batch is halved until that message is alone, and it is
 * set aside.
 *
 * @throws what Postgres throws if it is away, or if the statement is wrong.
 */
export async function storeMessages(db: Knex, messages: readonly ReadMessage[]): Promise<Drained> {
  try {
    return await appendingIn(db, (trx) => storeIn(trx, messages))
  } catch (thrown) {
    if (!isDataException(thrown)) throw thrown
    const [only, ...others] = messages
    if (only === undefined) throw thrown
    if (others.length === 0) return appendingIn(db, (trx) => storeIn(trx, [asUnstorable(only, thrown)]))
    const half = Math.ceil(messages.length / 2)
    const first = await storeMessages(db, messages.slice(0, half))
    const second = await storeMessages(db, messages.slice(half))
    return {
      taken: first.taken + second.taken,
      // The watermarks of the second half come last, because they are further ahead.
      watermarks: [...first.watermarks, ...second.watermarks],
      setAside: [...first.setAside, ...second.setAside],
    }
  }
}

function storeIn(trx: Knex.Transaction, messages: readonly ReadMessage[]): Promise<Appending<Drained>> {
  const entries = messages.flatMap((message) => message.entries)
  return storeEntries(trx, entries, (strangers) => [
    ...messages.flatMap((message) => message.setAside),
    ...(strangers.length === 0 ? [] : placesTaken(messages, new Set(strangers))),
  ])
}

function placesTaken(messages: readonly ReadMessage[], strangers: ReadonlySet<InboxEntry>): SetAside[] {
  return messages.flatMap(({ message, positionOf }) =>
    [...positionOf]
      .filter(([entry]) => strangers.has(entry))
      .map(([entry, position]) => placeTaken(entry, { message: message.id, position })),
  )
}

/** SQLSTATE class 22: a value that Postgres cannot hold, in spite of all checks. */
const isDataException = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && 'code' in thrown && /^22/.test(String(thrown.code))

function asUnstorable({ message }: ReadMessage, { message: why }: Error): ReadMessage {
  return { message, entries: [], positionOf: new Map(), setAside: [wholeMessage(message, unstorable(why))] }
}
