import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { waitForSchema } from '@protectmyapi/service-kit/schema'
import type { ManagementConfig } from './config.js'
import { MANAGEMENT_SCHEMA } from './db/migrate-management.js'

/** The `wait-for-schema` command: ends once the database has what this version needs. @throws ConfigError. */
export async function waitForManagementSchema(target: ManagementConfig['db'], log: Logger): Promise<void> {
  const db = connectPostgres(target, 'protectmyapi-management-wait')
  try {
    await waitForSchema(db, MANAGEMENT_SCHEMA, { database: target.database, log })
  } finally {
    await db.destroy()
  }
}
