import pg from 'pg'
import { asSuperuser, createTestDatabase, serverUrl, type TestDatabase } from './test-database.js'

/** Says that the server lives no longer than this run: what is left on it is in nobody's way, and of no other version. */
const VARIABLE = 'PMA_TEST_POSTGRES_OWN'

/** Of any number: what matters is that all workers ask for the same one. */
const TEMPLATE_LOCK = 8_060_002

/**
 * A database as `prepare` leaves one. On a server of this run's own that is done once, by whoever comes first, and copied
 * after that: a copy takes a fraction of the time that migrations do.
 *
 * @param name of what it holds, e.g. `vault_keys`: the same name, the same content.
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
    // Only a whole one has the name: a worker that ends before this leaves none that looks like it.
    await asSuperuser(`ALTER DATABASE ${target.database} RENAME TO ${template}`)
  } finally {
    await lock.end()
  }
}

async function exists(database: string): Promise<boolean> {
  return (await asSuperuser(`SELECT FROM pg_database WHERE datname = '${database}'`)) > 0
}
