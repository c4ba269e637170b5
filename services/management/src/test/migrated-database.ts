import { type ConnectedDatabase, connectedDatabase } from '@protectmyapi/dev-kit/connected-database'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migrateManagement } from '../db/migrate-management.js'

export type MigratedDatabase = ConnectedDatabase

/** Management's schema in a database of a test's own, as its owner sees it. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const database = await connectedDatabase()
  const { target: owner } = database
  await migrateManagement({ owner, runtimeRole: owner.user }, createLogger('test', 'silent'))
  return database
}
