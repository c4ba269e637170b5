import { randomBytes } from 'node:crypto'
import type { PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import pg from 'pg'

/** A new database for one test. */
export interface TestDatabase {
  /** Its owner, a superuser of the test server. */
  readonly target: PostgresTarget & { readonly password: string }
  readonly url: string
  /** Ends all connections to it and drops it. */
  drop(): Promise<void>
}

const VARIABLE = 'PMA_TEST_POSTGRES_URL'

/** Low, because many suites share one server. */
const POOL_MAX = 8

/**
 * @param template the database to copy, to which nobody may be connected; by default the new one is empty.
 * @throws Error if `PMA_TEST_POSTGRES_URL`, the URL of a superuser, is not set.
 */
export async function createTestDatabase(template = 'template1'): Promise<TestDatabase> {
  const database = `test_${randomBytes(8).toString('hex')}`
  await asSuperuser(`CREATE DATABASE ${database} TEMPLATE ${template}`)
  const url = new URL(serverUrl())
  url.pathname = `/${database}`
  return {
    target: targetOf(url, database),
    url: url.href,
    drop: async () => void (await asSuperuser(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)),
  }
}

/** URL of the test server's superuser. @throws Error if it is not set. */
export function serverUrl(): string {
  const url = process.env[VARIABLE]
  if (url === undefined || url === '') {
    throw new Error(`${VARIABLE} is not set: jest's globalSetup sets it, or give the URL of a superuser`)
  }
  return url
}

function targetOf(url: URL, database: string): TestDatabase['target'] {
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    poolMax: POOL_MAX,
  }
}

/** Runs a statement outside of all test databases. Returns its number of rows. */
export async function asSuperuser(statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: serverUrl() })
  await client.connect()
  try {
    return (await client.query(statement)).rowCount ?? 0
  } finally {
    await client.end()
  }
}
