import { type ConnectedDatabase, connectedDatabase } from '@protectmyapi/dev-kit/postgres/connected-database'
import { createPreparedDatabase } from '@protectmyapi/dev-kit/postgres/template-database'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migrateManagement } from '../db/migrate-management.js'

export type MigratedDatabase = ConnectedDatabase

/** Management's schema in a database of a test's own, as its owner sees it. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const prepared = await createPreparedDatabase('management', async (owner) => {
    await migrateManagement({ owner, runtimeRole: owner.user }, createLogger('test', 'silent'))
  })
  const database = await connectedDatabase(prepared)
  await database.db('installation').update({ id: newId('installation') })
  return database
}
