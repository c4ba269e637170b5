import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type Read, readNow } from './read.js'

export interface Snapshot {
  /** Every statement reads the same state. */
  readonly read: Read
  close(): Promise<void>
}

/**
 * The database as it is now, for as long as it takes to read it. Postgres takes the snapshot before it looks at what the
 * first statement names, and that one names nothing: who watches its locks learns of a reader too late to put anything back.
 * It holds one connection; rows that are deleted meanwhile stay on disk.
 *
 * The locks of each statement are let go by its savepoint: else nobody could make or drop a partition until the end, and
 * whoever waits to do so would keep everybody else from the table.
 *
 * Within a transaction it reads as that one does.
 *
 * @throws what Postgres throws; where nothing is read for 15 s, its session has ended.
 */
export async function openSnapshot(db: Knex): Promise<Snapshot> {
  const trx = await begin(db)
  // Of a connection that was lost there is nothing to end.
  const close = () => trx.rollback().then(nothing, nothing)
  try {
    await trx.raw('SELECT')
    await trx.raw('SAVEPOINT unlocked')
  } catch (err) {
    await close()
    throw err
  }
  const readNext = readNow(trx)
  return {
    async read(sql, values) {
      const rows = await readNext<never>(sql, values)
      await trx.raw('ROLLBACK TO SAVEPOINT unlocked')
      return rows
    },
    close,
  }
}

/** Left open, by a function that does not wait: Knex knows no other way within a transaction. */
const begin = (db: Knex): Promise<Knex.Transaction> =>
  new Promise((resolve, reject) => {
    db.transaction((trx) => resolve(trx), { isolationLevel: 'repeatable read', readOnly: true }).catch(reject)
  })

function nothing(): void {}
