import knexModule, { type Knex } from 'knex'

export type { Knex } from 'knex'

/** Where a database is. */
export interface PostgresTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** From a `…_FILE`. A function is called for each new connection, so that it may follow its file. */
  readonly password: string | (() => Promise<string>)
  /** PEM of the CA, for verified TLS; without it the connection is plain (a socket or a private network). */
  readonly ca?: string
  readonly poolMax: number
}

const LIMITS = {
  /** Time to wait for a free connection; then UNAVAILABLE instead of a queue. */
  acquireMs: 3_000,
  connectMs: 3_000,
  /** A statement that takes longer is a defect in the service, or a fault of Postgres. */
  statementMs: 10_000,
  idleInTransactionMs: 15_000,
} as const

/**
 * Overrides whatever is set for the role or the database. Postgres's date decides what has expired, and a time zone
 * could shift it by up to a week; dates are parsed in the style set here, and milliseconds are read in full precision.
 * Unqualified tables are those of the schema `public`, after Postgres's own and before a session's temporary ones. The
 * planner may not rely on CHECK constraints, because one can call a function that answers differently at each statement
 * (partitioning by days does not depend on it).
 */
const SESSION =
  '-c TimeZone=UTC -c DateStyle=ISO -c extra_float_digits=1 -c search_path=public,pg_temp -c constraint_exclusion=off'

export function connectPostgres(target: PostgresTarget, applicationName: string): Knex {
  return knexModule.knex({
    client: 'pg',
    connection: {
      ...connectionOf(target, applicationName),
      options: SESSION,
      statement_timeout: LIMITS.statementMs,
      idle_in_transaction_session_timeout: LIMITS.idleInTransactionMs,
    },
    pool: { min: 0, max: target.poolMax, acquireTimeoutMillis: LIMITS.acquireMs, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: LIMITS.acquireMs,
    // Otherwise an error's message contains the statement with its values, and carries them into the log.
    compileSqlOnError: false,
    // Knex prints connection errors to the console as text; callers get them as errors anyway.
    log: { debug: silent, deprecate: silent, error: silent, warn: silent },
  })
}

/** The driver's options for one connection. */
export function connectionOf({ host, port, database, user, password, ca }: PostgresTarget, applicationName: string) {
  return {
    host,
    port,
    database,
    user,
    password,
    // `rejectUnauthorized` is set explicitly, so that the environment (NODE_TLS_REJECT_UNAUTHORIZED) cannot disable it.
    ...(ca === undefined ? {} : { ssl: { ca, minVersion: 'TLSv1.2' as const, rejectUnauthorized: true } }),
    application_name: applicationName,
    connectionTimeoutMillis: LIMITS.connectMs,
    keepAlive: true,
  }
}

function silent(): void {}

/** SQLSTATE classes and codes (PostgreSQL Appendix A) that mean: away, not wrong. */
/** 57014 is the timeout of `statementMs`: a slow Postgres, not a wrong statement. */
const AWAY = /^(08|57P|53|40|58)|^(55P03|25006|57014)$/
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** Whether this is an outage of Postgres, and not a mistake in a statement. */
export function isPostgresAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  if (thrown.name === 'KnexTimeoutError') return true
  const code = 'code' in thrown ? String(thrown.code) : ''
  return (
    AWAY.test(code) ||
    AWAY_CODES.has(code) ||
    /Connection terminated|timeout expired|the database system is|encountered a connection error/.test(thrown.message)
  )
}
