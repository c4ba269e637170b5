import { describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { forgetSessions } from '@protectmyapi/service-kit/postgres/forget-sessions'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** What a session finds if the database was set this way before. */
async function foundWith(
  settings: Readonly<Record<string, string>>,
  ask: (db: Knex) => Promise<unknown>,
): Promise<unknown> {
  const { target, drop } = await createTestDatabase()
  try {
    await onceIn(target, async (db) => {
      for (const [name, value] of Object.entries(settings))
        await db.raw(`ALTER DATABASE ?? SET ${name} = ${value}`, [target.database])
    })
    return await onceIn(target, ask)
  } finally {
    await drop()
  }
}

async function onceIn<T>(target: TestDatabase['target'], work: (db: Knex) => Promise<T>): Promise<T> {
  const db = connectPostgres({ ...target, poolMax: 1 }, 'test')
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

const rowsOf = (sql: string) => async (db: Knex) => (await db.raw<{ rows: unknown }>(sql)).rows

it('a session has the days of UTC and prints dates in ISO form, whatever is set for the database', async () => {
  const settings = { TimeZone: `'<+167>-167'`, DateStyle: `'German'` }
  const asked = rowsOf(`SELECT current_setting('TimeZone') AS zone, DATE '2026-01-31'::text AS day`)
  expect(await foundWith(settings, asked)).toEqual([{ zone: 'UTC', day: '2026-01-31' }])
})

it('a session finds tables in pg_catalog and then in public, whatever search_path is set for the database', async () => {
  const asked = rowsOf(`SELECT array_to_string(current_schemas(true), ',') AS searched`)
  expect(await foundWith({ search_path: 'evil, pg_catalog' }, asked)).toEqual([{ searched: 'pg_catalog,public' }])
})

it('a session finds a table in public before a temporary table of the same name', async () => {
  const asked = async (db: Knex) => {
    await db.raw(`CREATE TABLE audit AS SELECT 'genuine' AS id; CREATE TEMP TABLE audit AS SELECT 'forged' AS id`)
    return db('audit').select('id')
  }
  expect(await foundWith({}, asked)).toEqual([{ id: 'genuine' }])
})

it('a session returns each millisecond of a time, whatever extra_float_digits is set for the database', async () => {
  const asked = rowsOf('SELECT 1764193815123::float8 AS ms')
  expect(await foundWith({ extra_float_digits: '-8' }, asked)).toEqual([{ ms: 1_764_193_815_123 }])
})

describe('a session', () => {
  /** What the next user of a connection finds after an earlier one did something there. */
  const foundAfter = (left: string, asked: string): Promise<unknown> =>
    foundWith({}, async (db) => {
      const forgetful = forgetSessions(db)
      await forgetful.raw(left)
      return rowsOf(asked)(forgetful)
    })

  it.each([
    ['constraint_exclusion', 'on', 'off'],
    ['search_path', 'evil', 'public,pg_temp'],
    ['TimeZone', 'Asia/Tokyo', 'UTC'],
    ['session_replication_role', 'replica', 'origin'],
    ['evil.turned', 'yes', ''],
  ])('forgets that %s was set to %s before the next user is given it', async (name, set, usual) => {
    const found = await foundAfter(
      `SELECT set_config('${name}', '${set}', false)`,
      `SELECT coalesce(current_setting('${name}', true), '') AS set`,
    )
    expect(found).toEqual([{ set: usual }])
  })

  it('forgets the role that was set and its temporary tables before the next user is given it', async () => {
    const left = `CREATE TEMP TABLE left_behind (); SET ROLE pg_monitor`
    const asked = `SELECT current_user = session_user AS itself, to_regclass('left_behind') AS table`
    expect(await foundAfter(left, asked)).toEqual([{ itself: true, table: null }])
  })
})
