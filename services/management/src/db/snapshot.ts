import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { Read } from './read.js'

export interface Snapshot {
  /** Every statement reads the same state. */
  readonly read: Read
  /** Unix time in milliseconds, as soon as it was taken. */
  readonly takenMs: number
  /** Ids of the tables, their parts and indexes that were read; of Postgres's own none. */
  readonly touched: ReadonlySet<number>
  /** Ids of tables that somebody else kept from all who would read or write when it was taken. */
  readonly withheld: readonly number[]
  close(): Promise<void>
}

/** As Knex has them. */
interface Client {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}
interface Connection {
  /** Of several statements in one message, the answer to each. */
  query(sql: string): Promise<unknown>
}

const LIMITS = {
  /** Until a session is taken for left behind: who reads lines is given up before (http/send-lines.ts). */
  idleMs: 75_000,
} as const

/** Ids of tables, their parts and indexes. Those of Postgres's own are lower (FirstNormalObjectId, access/transam.h). */
const LOCKS = `SELECT relation FROM pg_catalog.pg_lock_status() WHERE relation >= 16384::oid`
/** What this session's statement read, and what it looked through for that. */
const TOUCHED = `${LOCKS} AND pid = pg_catalog.pg_backend_pid()`
/**
 * Locks behind which reading or writing waits: who waits is shown what is committed by then, which the snapshot has not. Who only
 * asks for one has others queue behind him. A prepared transaction has no process.
 */
const WITHHELD = `${LOCKS} AND pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND locktype = 'relation'::text
  AND mode = ANY (ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']::text[])
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`

/**
 * In one message: else a session would be seen to begin a transaction a round trip before it has its snapshot. Postgres
 * takes that before it looks at what a statement names, and the first one names nothing.
 */
const BEGIN = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  'SELECT',
  WITHHELD,
  `SET LOCAL idle_in_transaction_session_timeout = ${LIMITS.idleMs}`,
  'SAVEPOINT unlocked',
]
const BEGIN_WITHIN = [WITHHELD, 'SAVEPOINT unlocked', TOUCHED]
const UNLOCK = 'ROLLBACK TO SAVEPOINT unlocked'

/** To statements of one message. */
const Answers = z.array(z.object({ rows: z.array(z.object({ relation: z.int().optional() })) }))

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
 * @throws what Postgres throws; where nothing is read for 75 s, its session has ended.
 */
export async function openSnapshot(db: Knex, clock: Pick<Clock, 'wallMs'>): Promise<Snapshot> {
  const client: Client = db.client
  const connection = await client.acquireConnection()
  const isWithin = db.isTransaction === true
  const touched = new Set<number>()

  async function idsOf(statements: readonly string[]): Promise<readonly (readonly number[])[]> {
    const answers = Answers.parse(await connection.query(statements.join('; ')))
    return answers.map(({ rows }) => rows.flatMap(({ relation }) => relation ?? []))
  }

  async function close(): Promise<void> {
    // Of a connection that was lost there is nothing to end.
    await connection.query(isWithin ? UNLOCK : 'ROLLBACK').catch(nothing)
    await client.releaseConnection(connection)
  }

  async function begin(): Promise<{ readonly withheld: readonly number[]; readonly before: ReadonlySet<number> }> {
    if (isWithin) {
      const [withheld = [], , before = []] = await idsOf(BEGIN_WITHIN)
      return { withheld, before: new Set(before) }
    }
    const [, , withheld = []] = await idsOf(BEGIN)
    return { withheld, before: new Set() }
  }

  try {
    const { withheld, before } = await begin()
    return {
      takenMs: clock.wallMs(),
      withheld,
      touched,
      async read<Row>(sql: string, values: readonly Knex.RawBinding[] = []) {
        const { rows } = await db.raw<{ rows: Row[] }>(sql, values).connection(connection)
        const [ids = []] = await idsOf([TOUCHED, UNLOCK])
        for (const id of ids) if (!before.has(id)) touched.add(id)
        return rows
      },
      close,
    }
  } catch (err) {
    await close()
    throw err
  }
}

function nothing(): void {}
