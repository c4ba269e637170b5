import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../program/log.js'
import type { Knex } from './postgres.js'

/** One step of a schema, in order. It only expands the schema; contraction waits for a later release. */
export interface Migration {
  readonly name: string
  /** Runs in a transaction of its own. @param tell reports the progress of long work, for the log. */
  up(db: Knex, tell: (progress: Readonly<Record<string, number>>) => void): Promise<void>
}

/** Limits of what a migration may cost itself, and those who are served meanwhile. */
export const MIGRATION_LIMITS = {
  /**
   * A statement that waits for exclusive use of a table makes everybody else queue behind it: for no longer than this.
   */
  lockMs: 1_000,
  /** Pause between two tries, for those who queued. */
  againMs: 2_000,
  /** Total time for tries that find a table in use. */
  triesMs: 5 * 60_000,
  /** Time for one statement. The pool's own limit is meant for requests; an index over a large table takes longer. */
  statementMs: 2 * 60 * 60_000,
  /** Time between two log lines about long work. */
  sayEveryMs: 10_000,
} as const
export type MigrationLimits = { readonly [limit in keyof typeof MIGRATION_LIMITS]: number }

/** SQLSTATE of a lock timeout, and of a deadlock, in which another transaction could have given way instead. */
const IN_USE = new Set(['55P03', '40P01'])

/**
 * Runs the migrations that have not run yet, each in a transaction. One that finds a table in use gives way and is
 * tried again.
 *
 * @throws what Postgres threw: for a lock after `triesMs`, for anything else at once.
 */
export async function migrate(
  db: Knex,
  migrations: readonly Migration[],
  log: Logger,
  limits: MigrationLimits = MIGRATION_LIMITS,
): Promise<readonly string[]> {
  const config: Knex.MigratorConfig = {
    migrationSource: {
      getMigrations: () => Promise.resolve([...migrations]),
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: (migration: Migration) =>
        Promise.resolve({ up: (trx: Knex) => runOne(trx, migration, log, limits), down: () => Promise.resolve() }),
    },
    // Otherwise Knex refuses a database that is ahead.
    disableMigrationsListValidation: true,
  }
  const ran: string[] = []
  await givingWay(log, limits, async () => {
    // Knex's own lock is a row, which outlives a killed process. This code holds its own lock, so nobody else can hold
    // that row.
    await db.migrate.forceFreeMigrationsLock(config)
    // One by one, so that those that have run are not run again if the next one has to give way.
    for (;;) {
      const [, names] = (await db.migrate.up(config)) as [number, string[]]
      if (names.length === 0) return
      ran.push(...names)
    }
  })
  return ran
}

async function runOne(trx: Knex, { name, up }: Migration, log: Logger, limits: MigrationLimits): Promise<void> {
  const startedMs = performance.now()
  const seconds = (): number => Math.round((performance.now() - startedMs) / 1000)
  let progress: Readonly<Record<string, number>> = {}
  const saying = setInterval(
    () => log.info({ migration: name, seconds: seconds(), ...progress }, 'a migration is still running'),
    limits.sayEveryMs,
  )
  try {
    await allow(trx, limits)
    await up(trx, (now) => {
      progress = now
    })
    log.info({ migration: name, seconds: seconds(), ...progress }, 'a migration ran')
  } finally {
    clearInterval(saying)
  }
}

/** Applies the limits of migrations to a transaction, whatever pool, role or database set for requests. */
export async function allow(trx: Knex, { statementMs, lockMs }: MigrationLimits): Promise<void> {
  await trx.raw(`SET LOCAL statement_timeout = ${statementMs}`)
  await trx.raw(`SET LOCAL lock_timeout = ${lockMs}`)
}

/** Repeats work that met a lock held by a request. */
export async function givingWay<T>(log: Logger, limits: MigrationLimits, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (err) {
      if (!isInUse(err) || performance.now() - startedMs >= limits.triesMs) throw err
      log.warn({ err }, 'a migration found a table in use and gave way; it will be tried again')
      await pause(limits.againMs)
    }
  }
}

function isInUse(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && IN_USE.has(String(thrown.code))
}
