import { randomBytes } from 'node:crypto'
import { createPreparedDatabase } from '@protectmyapi/dev-kit/postgres/template-database'
import type { TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { newId } from '@protectmyapi/service-kit/ids'
import { connectPostgres, type Knex, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import { bringUpToDate, type Schema } from '@protectmyapi/service-kit/postgres/schema'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migrateVault, VAULT_KEYS_SCHEMA, VAULT_SCHEMA } from '../db/migrate-vault.js'

/** Both databases, migrated, and connections as the runtime role, so that tests lack the rights that it lacks. */
export interface VaultDatabases {
  readonly vaultTarget: PostgresTarget
  readonly vaultKeysTarget: PostgresTarget
  readonly vaultDb: Knex
  readonly vaultKeysDb: Knex
  /** A connection as the superuser: does what an attacker with full access to the database could do. */
  readonly tamper: Knex
  readonly tamperKeys: Knex
  readonly installationId: string
  close(): Promise<void>
}

export async function createVaultDatabases(): Promise<VaultDatabases> {
  const vault = await prepared('vault', VAULT_SCHEMA)
  const vaultKeys = await prepared('vault_keys', VAULT_KEYS_SCHEMA)
  const role = `pma_test_${randomBytes(6).toString('hex')}`
  const tamper = connectPostgres(vault.target, 'test-tamper')
  const tamperKeys = connectPostgres(vaultKeys.target, 'test-tamper')
  await tamper('installation').update({ id: newId('installation') })
  await tamper.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'test'`)
  await migrateVault(
    { owner: vault.target, runtimeRole: role },
    { owner: vaultKeys.target, runtimeRole: role },
    createLogger('test', 'silent'),
  )
  const asRuntime = ({ target }: TestDatabase): PostgresTarget => ({ ...target, user: role, password: 'test' })
  const vaultDb = connectPostgres(asRuntime(vault), 'test-vault')
  const vaultKeysDb = connectPostgres(asRuntime(vaultKeys), 'test-vault')
  const row = await vaultDb('installation').first<{ id: string }>('id')
  return {
    vaultTarget: asRuntime(vault),
    vaultKeysTarget: asRuntime(vaultKeys),
    vaultDb,
    vaultKeysDb,
    tamper,
    tamperKeys,
    installationId: row.id,
    async close() {
      await Promise.all([vaultDb.destroy(), vaultKeysDb.destroy()])
      await tamper.raw(`DROP OWNED BY ${role}`)
      await tamperKeys.raw(`DROP OWNED BY ${role}`)
      await tamper.raw(`DROP ROLE ${role}`)
      await Promise.all([tamper.destroy(), tamperKeys.destroy()])
      await Promise.all([vault.drop(), vaultKeys.drop()])
    },
  }
}

function prepared(name: string, schema: Schema): Promise<TestDatabase> {
  return createPreparedDatabase(name, async (owner) => {
    const db = connectPostgres(owner, 'test')
    await bringUpToDate(db, schema, { role: owner.user, log: createLogger('test', 'silent') })
    await db.destroy()
  })
}
