import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@protectmyapi/dev-kit/test-database'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres'

let database: TestDatabase
let db: Knex
beforeAll(async () => {
  database = await createTestDatabase()
  db = connectPostgres(database.target, 'test')
  await db.raw('CREATE TABLE things (id text PRIMARY KEY, value text CHECK (length(value) < 4))')
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

describe('an error of Postgres', () => {
  it('tells the log its statement, and none of the values in it', async () => {
    const error: unknown = await db('things')
      .insert({ id: 'a', value: 'sk-canary' })
      .catch((err: unknown) => err)
    expect(error).toMatchObject({ code: '23514', message: expect.stringContaining('insert into "things"') })
    expect(String(error)).not.toContain('canary')
    const raw: unknown = await db.raw('SELECT ?::int', ['sk-canary']).catch((err: unknown) => err)
    expect(raw).toMatchObject({ code: '22P02' })
  })
})
