import { randomBytes } from 'node:crypto'
import type { PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import pg from 'pg'

/** A fresh database of a test's own. */
export interface TestDatabase {
  /** Its owner, a superuser of the test server. */
  readonly target: PostgresTarget & { readonly password: string }
  readonly url: string
  /** Ends every connection to it and forgets it. */
  drop(): Promise<void>
}

const VARIABLE = 'PMA_TEST_POSTGRES_URL'

/** Few: many suites share one server. */
const POOL_MAX = 8

/** @throws Error where `PMA_TEST_POSTGRES_URL`, the URL of a superuser, is not set. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env[VARIABLE]
  if (serverUrl === undefined || serverUrl === '') {
    throw new Error(`${VARIABLE} is not set: jest's globalSetup sets it, or give the URL of a superuser`)
  }
  const database = `test_${randomBytes(8).toString('hex')}`
  await asSuperuser(serverUrl, `CREATE DATABASE ${database}`)
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return {
    target: targetOf(url, database),
    url: url.href,
    drop: () => asSuperuser(serverUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  }
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

async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
