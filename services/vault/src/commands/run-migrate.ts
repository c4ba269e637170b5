import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { VaultMigrateConfig } from '../config.js'
import { migrateVault } from '../db/migrate-vault.js'

/** The `migrate` command: migrates both schemas, then grants the runtime roles their rights. Safe to repeat. */
export async function runMigrate({ vault, vaultKeys }: VaultMigrateConfig, log: Logger): Promise<void> {
  const ran = await migrateVault(vault, vaultKeys, log)
  log.info({ migrations: ran }, 'migrated')
}
