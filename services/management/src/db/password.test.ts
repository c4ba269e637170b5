import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/postgres/test-database'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { withPassword } from '@protectmyapi/service-kit/postgres/postgres-password'

const role = `pma_test_${randomBytes(6).toString('hex')}`
const WRONG = { code: '28P01' }

let database: TestDatabase
let superuser: Knex
let pool: Knex
/** Content of the password file; undefined: it cannot be read. */
let file: string | undefined

beforeEach(async () => {
  database = await createTestDatabase()
  superuser = connectPostgres(database.target, 'test')
  await superuser.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'first'`)
  file = 'first'
  const read = (): string => {
    if (file === undefined) throw new Error('no such file')
    return file
  }
  pool = connectPostgres(withPassword({ ...database.target, user: role }, read), 'test')
})
afterEach(async () => {
  await pool.destroy()
  await superuser.raw(`DROP ROLE ${role}`)
  await superuser.destroy()
  await database.drop()
})

const setInPostgres = (password: string) => superuser.raw(`ALTER ROLE ${role} PASSWORD '${password}'`)
const OPEN_SQL = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?'

/** Connects without reusing a connection. Returns the user. */
async function connectAnew(): Promise<string> {
  await superuser.raw(OPEN_SQL, [role])
  await pool.destroy()
  pool.initialize()
  const { rows } = await pool.raw<{ rows: { name: string }[] }>('SELECT current_user AS name')
  return rows[0]?.name ?? ''
}

describe('the password of a role that serves', () => {
  it('is rotated without a refused connection if it is written to its file before it is set in Postgres', async () => {
    expect(await connectAnew()).toBe(role)
    file = 'second'
    expect(await connectAnew()).toBe(role)
    await setInPostgres('second')
    expect(await connectAnew()).toBe(role)
    file = 'third'
    expect(await connectAnew()).toBe(role)
  })

  it('that was set in Postgres first is refused until it is written to its file', async () => {
    await setInPostgres('second')
    await expect(connectAnew()).rejects.toMatchObject(WRONG)
    file = 'second'
    expect(await connectAnew()).toBe(role)
  })

  it.each([undefined, 'garbage'])('stays the last one that worked when its file reads %s', async (text) => {
    file = text
    expect(await connectAnew()).toBe(role)
  })
})
