import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Read } from './read.js'

export interface Snapshot {
  /** Every statement reads the same state. */
  readonly read: Read
  /** Unix time in milliseconds, as soon as it was taken. */
  readonly takenMs: number
  close(): Promise<void>
}

/** As Knex has them. */
interface Client {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}
interface Connection {
  query(sql: string): Promise<unknown>
}

/**
 * In one message: else a session would be seen to begin a transaction a round trip before it has its snapshot. Postgres
 * takes that before it looks at what a statement names, and this one names nothing.
 */
const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT; SAVEPOINT unlocked'

/**
 * The database as it is now, for as long as it takes to read it: who watches sessions or locks learns of a reader too late
 * to put anything back. It holds one connection; rows that are deleted meanwhile stay on disk.
 *
 * The locks of each statement are let go by its savepoint: else nobody could make or drop a partition until the end, and
 * whoever waits to do so would keep everybody else from the table. So a table that was emptied (TRUNCATE), exchanged or
 * dropped meanwhile is read as it is by then.
 *
 * Within a transaction it reads as that one does.
 *
 * @throws what Postgres throws; where nothing is read for 15 s, its session has ended.
 */
export async function openSnapshot(db: Knex, clock: Pick<Clock, 'wallMs'>): Promise<Snapshot> {
  const client: Client = db.client
  const connection = await client.acquireConnection()
  const isWithin = db.isTransaction === true
  async function close(): Promise<void> {
    // Of a connection that was lost there is nothing to end.
    await connection.query(isWithin ? 'ROLLBACK TO SAVEPOINT unlocked' : 'ROLLBACK').catch(nothing)
    await client.releaseConnection(connection)
  }
  try {
    await connection.query(isWithin ? 'SAVEPOINT unlocked' : BEGIN)
  } catch (err) {
    await close()
    throw err
  }
  return {
    takenMs: clock.wallMs(),
    async read<Row>(sql: string, values: readonly Knex.RawBinding[] = []) {
      const { rows } = await db.raw<{ rows: Row[] }>(sql, values).connection(connection)
      await connection.query('ROLLBACK TO SAVEPOINT unlocked')
      return rows
    },
    close,
  }
}

function nothing(): void {}
