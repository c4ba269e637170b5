import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { Read } from './read.js'

export interface Snapshot {
  /** Every statement reads the same state. */
  readonly read: Read
  /** Unix time in milliseconds, right after the snapshot was taken. */
  readonly takenMs: number
  /** Ids of the tables, their parts and indexes that were read, without Postgres's own. */
  readonly touched: ReadonlySet<number>
  /**
   * Ids of tables that another session had locked, or asked to lock, against readers or writers when the snapshot was
   * taken.
   */
  readonly withheld: readonly number[]
  close(): Promise<void>
}

/** What is used here of Knex's client. */
interface Client {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}
interface Connection {
  /** Returns one answer for each statement if a message has several. */
  query(sql: string): Promise<unknown>
}

const LIMITS = {
  /**
   * A session that is idle for so long counts as abandoned. A reader of lines is given up earlier (http/send-lines.ts).
   */
  idleMs: 75_000,
} as const

/**
 * Ids of locked tables, their parts and indexes. Postgres's own have lower ids (FirstNormalObjectId, access/transam.h).
 */
const LOCKS = `SELECT relation FROM pg_catalog.pg_lock_status() WHERE relation >= 16384::oid`
/** What this session's statement read, and what it searched for that. */
const TOUCHED = `${LOCKS} AND pid = pg_catalog.pg_backend_pid()`
/**
 * Locks behind which reading or writing waits. A session that waited is then shown what is committed by that time,
 * which the snapshot does not have. A lock that is only requested counts as well, because others queue behind the
 * request. A prepared transaction has no process, and so no pid.
 */
const WITHHELD = `${LOCKS} AND pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND locktype = 'relation'::text
  AND mode = ANY (ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']::text[])
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`

/**
 * Sent as one message, because otherwise a session would be seen to begin a transaction a round trip before it has its
 * snapshot. Postgres takes the snapshot before it looks at what a statement names, and the first one names nothing.
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

/** Answers to the statements of one message. */
const Answers = z.array(z.object({ rows: z.array(z.object({ relation: z.int().optional() })) }))

/**
 * The database as it is now, for as long as it takes to read it: an attacker who watches sessions or locks learns of a
 * reader too late to put anything back. It holds one connection; rows that are deleted meanwhile stay on disk.
 *
 * A savepoint releases the locks of each statement. Otherwise nobody could make or drop a partition until the end, and
 * a session that waits to do so would keep everybody else from the table. As a consequence, a table that was emptied
 * (TRUNCATE), exchanged or dropped meanwhile is read as it is by then.
 *
 * Within a transaction it reads as that one does.
 *
 * @throws what Postgres throws; if nothing is read for 75 s, its session has ended.
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
    // A connection that was lost has nothing to end.
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
