import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../program/log.js'
import type { Knex } from './postgres.js'

/** One step of a schema, in order. Expands; contraction waits for a later release. */
export interface Migration {
  readonly name: string
  /** In a transaction of its own. @param tell says how far long work is, for the log. */
  up(db: Knex, tell: (progress: Readonly<Record<string, number>>) => void): Promise<void>
}

/** What a migration may cost those who are served meanwhile, and itself. */
export const MIGRATION_LIMITS = {
  /** Whoever comes to a table stands behind a statement that waits to have it to itself: no longer than this. */
  lockMs: 1_000,
  /** Between two tries, for those who stood behind it. */
  againMs: 2_000,
  /** Of tries that found a table in use. */
  triesMs: 5 * 60_000,
  /** Of one statement. The pool's own limit is one of requests: an index over a large table takes longer. */
  statementMs: 2 * 60 * 60_000,
  /** Between two lines on long work. */
  sayEveryMs: 10_000,
} as const
export type MigrationLimits = { readonly [limit in keyof typeof MIGRATION_LIMITS]: number }

/** SQLSTATE of a lock that was waited for too long, and of a deadlock, which is the same with another one to give way. */
const IN_USE = new Set(['55P03', '40P01'])

/**
 * Runs what has not run yet, each in a transaction. What finds a table in use gives way, and is tried again.
 *
 * @throws what Postgres said: of a lock once `triesMs` have passed, of anything else at once.
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
    // Else a database that is ahead is refused.
    disableMigrationsListValidation: true,
  }
  const ran: string[] = []
  await givingWay(log, limits, async () => {
    // Knex's own lock is a row, which outlives a process that was killed; under ours nobody holds it.
    await db.migrate.forceFreeMigrationsLock(config)
    // One by one: what has run is not run again where the next one has to give way.
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
    () => log.info({ migration: name, seconds: seconds(), ...progress }, 'a migration goes on'),
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

/** Bounds a transaction as migrations are bounded, whatever the pool, the role or the database say of requests. */
export async function allow(trx: Knex, { statementMs, lockMs }: MigrationLimits): Promise<void> {
  await trx.raw(`SET LOCAL statement_timeout = ${statementMs}`)
  await trx.raw(`SET LOCAL lock_timeout = ${lockMs}`)
}

/** Does again what met a lock of somebody who is served. */
export async function givingWay<T>(log: Logger, limits: MigrationLimits, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    try {
      return await work()
    } catch (err) {
      if (!isInUse(err) || performance.now() - startedMs >= limits.triesMs) throw err
      log.warn({ err }, 'a migration found a table in use, and gave way; it will be tried again')
      await pause(limits.againMs)
    }
  }
}

function isInUse(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && IN_USE.has(String(thrown.code))
}
