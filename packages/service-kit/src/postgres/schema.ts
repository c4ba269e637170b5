import { ConfigError } from '../program/config.js'
import type { Logger } from '../program/log.js'
import { allow, givingWay, MIGRATION_LIMITS, type Migration, type MigrationLimits, migrate } from './migrate.js'
import type { Knex } from './postgres.js'

/** A database's schema as one version of a service expects it. */
export interface Schema {
  readonly migrations: readonly Migration[]
  /** Rights of the runtime role by table, in the words of GRANT. */
  readonly rights: Readonly<Record<string, string>>
  /** Functions of the schema's owner that the runtime role may call, with their argument types. */
  readonly functions?: readonly string[]
}

export interface Bringing {
  /** The runtime role. */
  readonly role: string
  readonly log: Logger
  /** Runs in the granting transaction, after the grants. */
  readonly more?: (trx: Knex) => Promise<void>
  readonly limits?: Partial<MigrationLimits>
}

/** Knex's table of migrations that ran. The runtime role reads it to decide whether it may serve. */
const RAN = 'knex_migrations'

const LIMITS = {
  /**
   * A service that is started together with its migration waits no longer than this; then it is restarted, with the
   * reason in the log.
   */
  waitMs: 5 * 60_000,
  everyMs: 500,
  /** Time between two lines of the log. */
  sayEveryMs: 10_000,
  /** How long to wait while another process migrates. */
  lockMs: 5 * 60_000,
} as const

/** An arbitrary number, the same for all services. */
const MIGRATION_LOCK = 8_060_001

/**
 * Migrates a database and grants the runtime role its rights. Runs as the role that owns the schema, one process at a
 * time. Returns the migrations that ran. Safe to repeat. A database that is ahead (a newer version ran before a
 * rollback) is left as it is, rights included, because processes of the newer version may still be serving.
 */
export function bringUpToDate(
  db: Knex,
  schema: Schema,
  { role, log, more, limits }: Bringing,
): Promise<readonly string[]> {
  const bounds = { ...MIGRATION_LIMITS, ...limits }
  return db.transaction(async (lock) => {
    await lock.raw(`SET LOCAL statement_timeout = ${LIMITS.lockMs}`)
    await lock.raw('SET LOCAL lock_timeout = 0')
    await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0')
    await lock.raw('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
    const ran = await migrate(db, schema.migrations, log, bounds)
    if (!(await isAhead(db, schema.migrations))) {
      await givingWay(log, bounds, () =>
        db.transaction(async (trx) => {
          await allow(trx, bounds)
          await grant(trx, schema, role)
          await more?.(trx)
        }),
      )
    }
    return ran
  })
}

/** Revokes everything first, so that a right that was dropped from the table disappears with the next migration. */
async function grant(trx: Knex, { rights, functions = [] }: Schema, role: string): Promise<void> {
  await trx.raw('GRANT USAGE ON SCHEMA public TO ??', [role])
  for (const [table, words] of Object.entries({ ...rights, [RAN]: 'SELECT' })) {
    await trx.raw('REVOKE ALL ON ?? FROM ??', [table, role])
    await trx.raw(`GRANT ${words} ON ?? TO ??`, [table, role])
  }
  for (const name of functions) await trx.raw(`GRANT EXECUTE ON FUNCTION ${name} TO ??`, [role])
}

/**
 * Names what this version of a service lacks in its database, as the runtime role sees it. If nothing, it may serve.
 */
export async function lacking(db: Knex, { migrations, rights }: Schema): Promise<readonly string[]> {
  const ran = await namesOf(db)
  const missing = migrations.map(({ name }) => name).filter((name) => !ran.has(name))
  if (missing.length > 0) return missing
  // One right per table is enough to check, because rights are granted after the tables, all at once.
  const tables = Object.keys(rights)
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    "SELECT name FROM unnest(?::text[]) AS name WHERE NOT has_table_privilege(name, 'SELECT')",
    [tables],
  )
  return rows.map(({ name }) => `SELECT on ${name}`)
}

/**
 * Waits until a database has what this version needs. Errors on the way are waited out too: Postgres may be starting,
 * and the rights needed for this check are granted only by the first migration.
 *
 * @throws ConfigError that names what is lacking, after `waitMs`.
 */
export async function waitForSchema(
  db: Knex,
  schema: Schema,
  { database, log, waitMs = LIMITS.waitMs }: { database: string; log: Logger; waitMs?: number },
): Promise<void> {
  const startedMs = performance.now()
  let saidMs = Number.NEGATIVE_INFINITY
  for (;;) {
    const why = await reasonToWait(db, schema)
    if (why === undefined) return
    const nowMs = performance.now()
    if (nowMs - startedMs >= waitMs) {
      throw new ConfigError(
        `The database ${database} is not ready for this version: ${why}. Run the migrate command; if it has run, its log says why it failed.`,
      )
    }
    if (nowMs - saidMs >= LIMITS.sayEveryMs) {
      saidMs = nowMs
      log.info({ database, why }, 'waiting for migrations')
    }
    await new Promise((resolve) => setTimeout(resolve, LIMITS.everyMs))
  }
}

async function reasonToWait(db: Knex, schema: Schema): Promise<string | undefined> {
  try {
    const missing = await lacking(db, schema)
    return missing.length === 0 ? undefined : `it lacks ${missing.join(', ')}`
  } catch (err) {
    return err instanceof Error ? err.message : String(err)
  }
}

async function isAhead(db: Knex, migrations: readonly Migration[]): Promise<boolean> {
  const known = new Set(migrations.map(({ name }) => name))
  return [...(await namesOf(db))].some((name) => !known.has(name))
}

async function namesOf(db: Knex): Promise<ReadonlySet<string>> {
  const rows = await db<{ name: string }>(RAN).select('name')
  return new Set(rows.map(({ name }) => name))
}
