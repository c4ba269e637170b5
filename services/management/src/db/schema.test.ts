import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { until } from '@protectmyapi/dev-kit/until'
import { MIGRATION_LIMITS, type Migration, migrate } from '@protectmyapi/service-kit/postgres/migrate'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { bringUpToDate, lacking, type Schema, waitForSchema } from '@protectmyapi/service-kit/postgres/schema'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { createLogger, type Logger } from '@protectmyapi/service-kit/program/log'
import { MANAGEMENT_SCHEMA, migrateManagement } from './migrate-management.js'

/** The schema as the next version will know it. */
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

const migrateThisVersion = () => migrateManagement({ owner: database.target, runtimeRole: role }, log)
const migrateNextVersion = () => bringUpToDate(owner, NEXT, { role, log })
const mayDelete = async (table: string): Promise<boolean> => {
  const sql = "SELECT has_table_privilege(?, ?, 'DELETE') AS may"
  const { rows } = await owner.raw<{ rows: { may: boolean }[] }>(sql, [role, table])
  return rows[0]?.may === true
}

describe('a process that waits for its schema', () => {
  it('goes on once the first migration has been done', async () => {
    const waited = waitForSchema(runtime, MANAGEMENT_SCHEMA, waiting)
    await migrateThisVersion()
    await waited
  }, 20_000)

  it('gives up with a ConfigError that names the missing migration', async () => {
    await migrateThisVersion()
    const waited = waitForSchema(runtime, NEXT, { ...waiting, waitMs: 0 })
    await expect(waited).rejects.toThrow(ConfigError)
    await expect(waited).rejects.toThrow('it lacks 9999-next')
  })

  it('does not accept tables that it may not read yet, and names the missing right', async () => {
    await migrateNextVersion()
    await owner.raw('REVOKE ALL ON next FROM ??', [role])
    expect(await lacking(runtime, NEXT)).toEqual(['SELECT on next'])
  })

  it('accepts a database that a newer version has migrated', async () => {
    await migrateNextVersion()
    expect(await lacking(runtime, MANAGEMENT_SCHEMA)).toEqual([])
  })
})

describe('migrating', () => {
  it('leaves a database that a newer version has migrated as it is, with the rights of that version', async () => {
    await migrateThisVersion()
    expect(await migrateNextVersion()).toEqual(['9999-next'])
    expect(await migrateThisVersion()).toEqual([])
    expect(await mayDelete('organizations')).toBe(true)
    expect(await lacking(runtime, NEXT)).toEqual([])
  })

  it('runs each migration once if several processes begin together', async () => {
    const ran = await Promise.all([migrateThisVersion(), migrateThisVersion(), migrateThisVersion()])
    expect(ran.flat()).toEqual(MANAGEMENT_SCHEMA.migrations.map(({ name }) => name))
  }, 20_000)

  it('is not blocked by the lock of a migration that was killed', async () => {
    await migrateThisVersion()
    await owner('knex_migrations_lock').update({ is_locked: 1 })
    expect(await migrateNextVersion()).toEqual(['9999-next'])
  })
})

type Said = Readonly<Record<string, unknown>>

/** `heard` returns the first line for which `isIt` holds, and fails if none comes. */
function listening(isIt: (said: Said) => boolean): { readonly log: Logger; heard(): Promise<Said> } {
  const { log, lines } = memoryLog()
  return { log, heard: () => until(() => lines().find(isIt)) }
}

describe('a migration beside services that serve', () => {
  const GAVE_WAY = 'a migration found a table in use and gave way; it will be tried again'
  const altering: Migration = {
    name: '9998-altering',
    up: async (db) => void (await db.raw('ALTER TABLE organizations ADD COLUMN n integer')),
  }

  it('gives way to a transaction that uses a table, and goes on later where it was', async () => {
    await migrateThisVersion()
    const begun: string[] = []
    const before: Migration = { name: '9997-before', up: async () => void begun.push('9997-before') }
    const schema = { ...NEXT, migrations: [...MANAGEMENT_SCHEMA.migrations, before, altering] }
    const { log, heard } = listening(({ msg }) => msg === GAVE_WAY)
    const user = await owner.transaction()
    await user.raw('SELECT 1 FROM organizations')
    const limits = { lockMs: 20, againMs: 1 }
    const migrated = bringUpToDate(owner, { ...schema, rights: MANAGEMENT_SCHEMA.rights }, { role, log, limits })
    expect(await heard()).toMatchObject({ level: 'warn', err: { code: '55P03' } })
    await user.commit()
    expect(await migrated).toEqual(['9997-before', '9998-altering'])
    expect(begun).toHaveLength(1)
  })

  it('fails with the error of Postgres (55P03) if the table stays in use', async () => {
    await migrateThisVersion()
    const user = await owner.transaction()
    await user.raw('SELECT 1 FROM organizations')
    const tried = migrate(owner, [altering], log, { ...MIGRATION_LIMITS, lockMs: 20, triesMs: 0 })
    await expect(tried).rejects.toMatchObject({ code: '55P03' })
    await user.commit()
  })

  it('may take longer than the statement timeout of its session, which applies again afterwards', async () => {
    const hurried = connectPostgres({ ...database.target, poolMax: 1 }, 'test')
    await hurried.raw('SET statement_timeout = 50')
    const slow: Migration = { name: '0001-slow', up: async (db) => void (await db.raw('SELECT pg_sleep(0.2)')) }
    expect(await migrate(hurried, [slow], log)).toEqual(['0001-slow'])
    await expect(hurried.raw('SELECT pg_sleep(0.2)')).rejects.toMatchObject({ code: '57014' })
    await hurried.destroy()
  })

  it('logs how far it is while it runs', async () => {
    const { log, heard } = listening(({ rows }) => rows === 7)
    const long: Migration = {
      name: '0001-long',
      async up(_db, tell) {
        tell({ rows: 7 })
        await heard()
      },
    }
    await migrate(owner, [long], log, { ...MIGRATION_LIMITS, sayEveryMs: 1 })
    expect(await heard()).toMatchObject({ migration: '0001-long', msg: 'a migration is still running' })
  })
})
