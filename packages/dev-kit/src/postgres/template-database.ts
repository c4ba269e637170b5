import pg from 'pg'
import { asSuperuser, createTestDatabase, serverUrl, type TestDatabase } from './test-database.js'

/**
 * Set if the server lives only as long as this run, so that nothing left on it disturbs anybody or comes from another
 * version.
 */
const VARIABLE = 'PMA_TEST_POSTGRES_OWN'

/** An arbitrary number, the same for all workers. */
const TEMPLATE_LOCK = 8_060_002

/**
 * A database as `prepare` leaves it. On a server that belongs to this run the first caller prepares one and later ones
 * copy it, because a copy takes a fraction of the time of migrations.
 *
 * @param name identifies the content, such as `vault_keys`: the same name means the same content.
 */
export async function createPreparedDatabase(
  name: string,
  prepare: (target: TestDatabase['target']) => Promise<void>,
): Promise<TestDatabase> {
  if (process.env[VARIABLE] === undefined) {
    const database = await createTestDatabase()
    await prepare(database.target)
    return database
  }
  const template = `template_${name}`
  await ensureTemplate(template, prepare)
  return createTestDatabase(template)
}

async function ensureTemplate(
  template: string,
  prepare: (target: TestDatabase['target']) => Promise<void>,
): Promise<void> {
  if (await exists(template)) return
  const lock = new pg.Client({ connectionString: serverUrl() })
  await lock.connect()
  try {
    await lock.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`)
    if (await exists(template)) return
    const { target } = await createTestDatabase()
    await prepare(target)
    // Renamed only once it is complete: a worker that ends earlier leaves nothing under this name.
    await asSuperuser(`ALTER DATABASE ${target.database} RENAME TO ${template}`)
  } finally {
    await lock.end()
  }
}

async function exists(database: string): Promise<boolean> {
  return (await asSuperuser(`SELECT FROM pg_database WHERE datname = '${database}'`)) > 0
}
