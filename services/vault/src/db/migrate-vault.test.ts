import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { createTestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createVaultDatabases, type VaultDatabases } from '../test/vault-databases.js'
import { readInstallationId } from './installation.js'
import { migrateVault } from './migrate-vault.js'

const databases = await startForAllTests(createVaultDatabases)

/** Postgres's insufficient_privilege. */
const denied = { code: '42501' }

describe('the runtime role', () => {
  it.each<[string, (db: VaultDatabases) => Knex, string]>([
    ['make a table in vault', ({ vaultDb }) => vaultDb, 'CREATE TABLE x ()'],
    ['make a table in vault_keys', ({ vaultKeysDb }) => vaultKeysDb, 'CREATE TABLE x ()'],
    ['alter a table', ({ vaultDb }) => vaultDb, 'ALTER TABLE versions ADD COLUMN x text'],
    ['drop a table', ({ vaultDb }) => vaultDb, 'DROP TABLE lease_audit'],
    ['empty a table', ({ vaultDb }) => vaultDb, 'TRUNCATE lease_audit'],
    ['change the trail of leases', ({ vaultDb }) => vaultDb, "UPDATE lease_audit SET caller = ''"],
    ['remove from the trail of leases', ({ vaultDb }) => vaultDb, 'DELETE FROM lease_audit'],
    ['change the installation’s id', ({ vaultDb }) => vaultDb, "UPDATE installation SET id = ''"],
    ['remove a data key', ({ vaultDb }) => vaultDb, 'DELETE FROM data_keys'],
    ['remove a version', ({ vaultDb }) => vaultDb, 'DELETE FROM versions'],
    ['replace a pinned key', ({ vaultDb }) => vaultDb, "UPDATE pinned_grant_keys SET public_key = ''"],
    ['give the key that signs heads another name', ({ vaultDb }) => vaultDb, "UPDATE head_key SET id = ''"],
    ['remove the key that signs heads', ({ vaultDb }) => vaultDb, 'DELETE FROM head_key'],
    ['forget a signed head', ({ vaultDb }) => vaultDb, 'DELETE FROM signed_heads'],
    ['give a wrapped key to another', ({ vaultKeysDb }) => vaultKeysDb, "UPDATE wrapped_keys SET organization_id = ''"],
    ['give a wrapped key another version', ({ vaultKeysDb }) => vaultKeysDb, 'UPDATE wrapped_keys SET version = 9'],
  ])('cannot %s', async (_what, db, statement) => {
    await expect(db(databases).raw(statement)).rejects.toMatchObject(denied)
  })
})

describe('migrating', () => {
  it('can be repeated, applies nothing the second time and keeps the installation’s id', async () => {
    const role = String(databases.vaultTarget.user)
    const owner = (name: string) => ({ ...databases.vaultTarget, ...ownerOf(), database: name })
    const again = await migrateVault(
      { owner: owner(databases.vaultTarget.database), runtimeRole: role },
      { owner: owner(databases.vaultKeysTarget.database), runtimeRole: role },
      memoryLog().log,
    )
    expect(again).toEqual([])
    expect(await readInstallationId(databases.vaultDb, memoryLog().log)).toBe(databases.installationId)
    expect(databases.installationId).toMatch(/^ins_/)
  })

  it('works as a role that owns its databases and is no superuser', async () => {
    const [vault, vaultKeys] = await Promise.all([createTestDatabase(), createTestDatabase()])
    const [migrator, runtime] = [
      `pma_test_${randomBytes(6).toString('hex')}`,
      `pma_test_${randomBytes(6).toString('hex')}`,
    ]
    const superuser = connectPostgres(vault.target, 'test')
    try {
      await superuser.raw(`CREATE ROLE ${migrator} LOGIN PASSWORD 'm'`)
      await superuser.raw(`CREATE ROLE ${runtime} LOGIN PASSWORD 'r'`)
      for (const { target } of [vault, vaultKeys])
        await superuser.raw('ALTER DATABASE ?? OWNER TO ??', [target.database, migrator])
      const as = (target: typeof vault.target) => ({
        owner: { ...target, user: migrator, password: 'm' },
        runtimeRole: runtime,
      })
      expect(await migrateVault(as(vault.target), as(vaultKeys.target), memoryLog().log)).toEqual([
        '0001-vault-keys',
        '0002-wrapped-under',
        '0001-vault',
        '0002-signed-heads',
        '0003-data-key-rotation',
        '0004-head-keys',
        '0005-lease-audit-retention',
      ])
      const served = connectPostgres({ ...vault.target, user: runtime, password: 'r' }, 'test')
      await expect(readInstallationId(served, memoryLog().log)).resolves.toMatch(/^ins_/)
      await served.destroy()
    } finally {
      await superuser.destroy()
      await Promise.all([vault.drop(), vaultKeys.drop()])
      await databases.tamper.raw(`DROP ROLE IF EXISTS ${migrator}, ${runtime}`)
    }
  })
})

describe('a database that was not migrated', () => {
  it('is refused with a message that says to run the migrate command', async () => {
    const empty = await createTestDatabase()
    const db = connectPostgres(empty.target, 'test')
    await expect(readInstallationId(db, memoryLog().log)).rejects.toThrow(/run the migrate command/)
    await db.destroy()
    await empty.drop()
  })
})

function ownerOf(): { user: string; password: string } {
  const url = new URL(process.env.PMA_TEST_POSTGRES_URL ?? '')
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
}
