import { createTestDatabase } from '@protectmyapi/dev-kit/test-database'
import {
  connectPostgres,
  type Knex,
  type Migration,
  migrate,
  type PostgresTarget,
} from '@protectmyapi/service-kit/postgres'
import { people } from '../db/migrations/0001-people.js'
import { secrets } from '../db/migrations/0002-secrets.js'
import { catalog } from '../db/migrations/0003-catalog.js'
import { feed } from '../db/migrations/0004-feed.js'
import { trail } from '../db/migrations/0005-trail.js'

const MIGRATIONS: readonly Migration[] = [people, secrets, catalog, feed, trail]

export interface MigratedDatabase {
  readonly db: Knex
  readonly target: PostgresTarget
  close(): Promise<void>
}

/** Management's schema in a database of a test's own. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const { target, drop } = await createTestDatabase()
  const db = connectPostgres(target, 'management-test')
  await migrate(db, MIGRATIONS)
  return {
    db,
    target,
    async close() {
      await db.destroy()
      await drop()
    },
  }
}
