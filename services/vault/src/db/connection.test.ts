import { describe, expect, it } from '@jest/globals'
import { connectedDatabase } from '@protectmyapi/dev-kit/postgres/connected-database'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'

const { db } = await startForAllTests(connectedDatabase)
await db.raw('CREATE TABLE things (id text PRIMARY KEY, value text CHECK (length(value) < 4))')

describe('an error of Postgres', () => {
  it('has the statement in its message, but none of the values', async () => {
    const error: unknown = await db('things')
      .insert({ id: 'a', value: 'sk-canary' })
      .catch((err: unknown) => err)
    expect(error).toMatchObject({ code: '23514', message: expect.stringContaining('insert into "things"') })
    expect(String(error)).not.toContain('canary')
    const raw: unknown = await db.raw('SELECT ?::int', ['sk-canary']).catch((err: unknown) => err)
    expect(raw).toMatchObject({ code: '22P02' })
  })
})
