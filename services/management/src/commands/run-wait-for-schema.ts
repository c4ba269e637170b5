import { waitForSchema } from '@protectmyapi/service-kit/postgres/schema'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { ManagementConfig } from '../config.js'
import { MANAGEMENT_SCHEMA } from '../db/migrate-management.js'
import { withDatabase } from './with-database.js'

/** The `wait-for-schema` command: ends once the database has what this version needs. @throws ConfigError. */
export function runWaitForSchema(config: Pick<ManagementConfig, 'db'>, log: Logger): Promise<void> {
  return withDatabase(config, '-wait', (db) =>
    waitForSchema(db, MANAGEMENT_SCHEMA, { database: config.db.database, log }),
  )
}
