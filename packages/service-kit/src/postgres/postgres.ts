import knexModule, { type Knex } from 'knex'

export type { Knex } from 'knex'

/** Where a database is. */
export interface PostgresTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** From a `…_FILE`. A function is asked for each new connection, so that it may follow its file. */
  readonly password: string | (() => Promise<string>)
  /** PEM of the CA, for verified TLS; without it the connection is plain (a socket or a private network). */
  readonly ca?: string
  readonly poolMax: number
}

const LIMITS = {
  /** Waiting for a free connection; then UNAVAILABLE, not a queue. */
  acquireMs: 3_000,
  connectMs: 3_000,
  /** A statement that takes longer is a fault of ours, or of Postgres. */
  statementMs: 10_000,
  idleInTransactionMs: 15_000,
} as const

/**
 * Whatever is set for the role or the database: Postgres's day decides what has run out, and a zone can put it off by a
 * week; days are read as they are printed, and milliseconds to the last one. Tables are ours, after Postgres's own and
 * before any of a session's. What a CHECK says of rows is believed of none: it can call what says otherwise at each
 * statement (dividing by days does not rest on it).
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
    // Else an error's message holds the statement with its values filled in, and goes to the log with them.
    compileSqlOnError: false,
    // Knex writes connection errors to the console as text; whoever uses the connection gets them as errors.
    log: { debug: silent, deprecate: silent, error: silent, warn: silent },
  })
}

/** What the driver needs for one connection. */
export function connectionOf({ host, port, database, user, password, ca }: PostgresTarget, applicationName: string) {
  return {
    host,
    port,
    database,
    user,
    password,
    // `rejectUnauthorized` is said, so that no variable says otherwise (NODE_TLS_REJECT_UNAUTHORIZED).
    ...(ca === undefined ? {} : { ssl: { ca, minVersion: 'TLSv1.2' as const, rejectUnauthorized: true } }),
    application_name: applicationName,
    connectionTimeoutMillis: LIMITS.connectMs,
    keepAlive: true,
  }
}

function silent(): void {}

/** SQLSTATE classes and codes (PostgreSQL Appendix A) that mean: away, not wrong. */
/** 57014 is our own statement timeout: a slow Postgres, not a wrong statement. */
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

/** Tells an outage of Postgres from a mistake in a statement. */
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
