import { createTestDatabase } from '@protectmyapi/dev-kit/test-database'
import { createLogger } from '@protectmyapi/service-kit/log'
import { connectPostgres, type Knex, type PostgresTarget } from '@protectmyapi/service-kit/postgres'
import { migrateManagement } from '../db/migrate-management.js'

export interface MigratedDatabase {
  readonly db: Knex
  readonly target: PostgresTarget
  close(): Promise<void>
}

/** Management's schema in a database of a test's own, as its owner sees it. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const { target, drop } = await createTestDatabase()
  await migrateManagement({ owner: target, runtimeRole: target.user }, createLogger('test', 'silent'))
  const db = connectPostgres(target, 'management-test')
  return {
    db,
    target,
    async close() {
      await db.destroy()
      await drop()
    },
  }
}
