import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/test-database'
import { ConfigError } from '@protectmyapi/service-kit/config'
import { createLogger } from '@protectmyapi/service-kit/log'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres'
import { bringUpToDate, lacking, type Schema, waitForSchema } from '@protectmyapi/service-kit/schema'
import { MANAGEMENT_SCHEMA, migrateManagement } from './migrate-management.js'

/** As the next version will know it. */
const NEXT: Schema = {
  migrations: [
    ...MANAGEMENT_SCHEMA.migrations,
    { name: '9999-next', up: (db) => db.schema.createTable('next', (columns) => void columns.integer('n')) },
  ],
  rights: { ...MANAGEMENT_SCHEMA.rights, organizations: 'SELECT, INSERT, UPDATE, DELETE', next: 'SELECT' },
}
const log = createLogger('test', 'silent')
const waiting = { database: 'management', log }

let database: TestDatabase
let role: string
let owner: Knex
let runtime: Knex

beforeEach(async () => {
  database = await createTestDatabase()
  role = `pma_test_${randomBytes(6).toString('hex')}`
  owner = connectPostgres(database.target, 'test')
  runtime = connectPostgres({ ...database.target, user: role, password: 'r' }, 'test')
  await owner.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'r'`)
})
afterEach(async () => {
  await runtime.destroy()
  await owner.raw(`DROP OWNED BY ${role}`)
  await owner.raw(`DROP ROLE ${role}`)
  await owner.destroy()
  await database.drop()
})

const migrateThisVersion = () => migrateManagement({ owner: database.target, runtimeRole: role })
const migrateNextVersion = () => bringUpToDate(owner, NEXT, role)
const mayDelete = async (table: string): Promise<boolean> => {
  const sql = "SELECT has_table_privilege(?, ?, 'DELETE') AS may"
  const { rows } = await owner.raw<{ rows: { may: boolean }[] }>(sql, [role, table])
  return rows[0]?.may === true
}

describe('a process that waits for its schema', () => {
  it('waits for the first migration, through which it may look at all', async () => {
    const waited = waitForSchema(runtime, MANAGEMENT_SCHEMA, waiting)
    await migrateThisVersion()
    await waited
  }, 20_000)

  it('gives up with what is lacking, by name', async () => {
    await migrateThisVersion()
    const waited = waitForSchema(runtime, NEXT, { ...waiting, waitMs: 0 })
    await expect(waited).rejects.toThrow(ConfigError)
    await expect(waited).rejects.toThrow('it lacks 9999-next')
  })

  it('does not serve from tables that it may not read yet', async () => {
    await migrateNextVersion()
    await owner.raw('REVOKE ALL ON next FROM ??', [role])
    expect(await lacking(runtime, NEXT)).toEqual(['SELECT on next'])
  })

  it('is content with a database that a newer version has migrated', async () => {
    await migrateNextVersion()
    expect(await lacking(runtime, MANAGEMENT_SCHEMA)).toEqual([])
  })
})

describe('migrating', () => {
  it('leaves a database that is ahead as it is, with the rights of the newer version, which may still be serving', async () => {
    await migrateThisVersion()
    expect(await migrateNextVersion()).toEqual(['9999-next'])
    expect(await migrateThisVersion()).toEqual([])
    expect(await mayDelete('organizations')).toBe(true)
    expect(await lacking(runtime, NEXT)).toEqual([])
  })

  it('is done once where several begin together', async () => {
    const ran = await Promise.all([migrateThisVersion(), migrateThisVersion(), migrateThisVersion()])
    expect(ran.flat()).toEqual(MANAGEMENT_SCHEMA.migrations.map(({ name }) => name))
  }, 20_000)

  it('is not kept out by the lock of one that was killed', async () => {
    await migrateThisVersion()
    await owner('knex_migrations_lock').update({ is_locked: 1 })
    expect(await migrateNextVersion()).toEqual(['9999-next'])
  })
})
