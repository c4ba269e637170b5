import { type ConnectedDatabase, connectedDatabase } from '@protectmyapi/dev-kit/postgres/connected-database'
import { createPreparedDatabase } from '@protectmyapi/dev-kit/postgres/template-database'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migrateManagement } from '../db/migrate-management.js'

export type MigratedDatabase = ConnectedDatabase

/** A test's own database with management's schema, connected to as its owner. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const prepared = await createPreparedDatabase('management', async (owner) => {
    await migrateManagement({ owner, runtimeRole: owner.user }, createLogger('test', 'silent'))
  })
  const database = await connectedDatabase(prepared)
  await database.db('installation').update({ id: newId('installation') })
  return database
}
