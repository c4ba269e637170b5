import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { ManagementMigrateConfig } from '../config.js'
import { migrateManagement } from '../db/migrate-management.js'

/**
 * The `migrate` command: sets up the schema, the installation's id, and what the runtime role may do. Safe to repeat.
 */
export async function runMigrate({ target }: ManagementMigrateConfig, log: Logger): Promise<void> {
  const ran = await migrateManagement(target, log)
  log.info({ migrations: ran }, 'migrated')
}
