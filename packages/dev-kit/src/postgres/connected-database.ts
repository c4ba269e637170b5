import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createTestDatabase, type TestDatabase } from './test-database.js'

/** A test database, and its owner's connections to it. */
export interface ConnectedDatabase {
  readonly db: Knex
  readonly target: TestDatabase['target']
  /** Ends the connections and forgets the database. */
  close(): Promise<void>
}

/**
 * @param made without a table where it is not given.
 * @throws Error where `PMA_TEST_POSTGRES_URL`, the URL of a superuser, is not set.
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
