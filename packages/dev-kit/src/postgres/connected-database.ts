import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createTestDatabase, type TestDatabase } from './test-database.js'

/** A test database, with its owner's connections to it. */
export interface ConnectedDatabase {
  readonly db: Knex
  readonly target: TestDatabase['target']
  /** Closes the connections and drops the database. */
  close(): Promise<void>
}

/**
 * @param made the database to connect to; by default a new one without tables.
 * @throws Error if `PMA_TEST_POSTGRES_URL`, the URL of a superuser, is not set.
 */
export async function connectedDatabase(made?: TestDatabase): Promise<ConnectedDatabase> {
  const { target, drop } = made ?? (await createTestDatabase())
  const db = connectPostgres(target, 'test')
  return {
    db,
    target,
    async close() {
      await db.destroy()
      await drop()
    },
  }
}
