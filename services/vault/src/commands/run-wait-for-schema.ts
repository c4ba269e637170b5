import { connectPostgres, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { type Schema, waitForSchema } from '@protectmyapi/service-kit/postgres/schema'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { VaultConfig } from '../config.js'
import { VAULT_KEYS_SCHEMA, VAULT_SCHEMA } from '../db/migrate-vault.js'

/**
 * The `wait-for-schema` command: ends once both databases have the schema that this version needs.
 *
 * @throws ConfigError.
 */
export async function runWaitForSchema(
  { vaultDb, vaultKeysDb }: Pick<VaultConfig, 'vaultDb' | 'vaultKeysDb'>,
  log: Logger,
): Promise<void> {
  await waitForOne(vaultKeysDb, VAULT_KEYS_SCHEMA, log)
  await waitForOne(vaultDb, VAULT_SCHEMA, log)
}

async function waitForOne(target: PostgresTarget, schema: Schema, log: Logger): Promise<void> {
  const db = connectPostgres(target, 'protectmyapi-vault-wait')
  try {
    await waitForSchema(db, schema, { database: target.database, log })
  } finally {
    await db.destroy()
  }
}
