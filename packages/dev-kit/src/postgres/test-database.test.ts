import { describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { createTestDatabase } from './test-database.js'

describe('createTestDatabase', () => {
  it('makes a database that drop removes even while a client is connected', async () => {
    const database = await createTestDatabase()
    const client = new pg.Client({ connectionString: database.url })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name')
    expect(rows[0]?.name).toBe(database.target.database)
    await database.drop()
    const late = new pg.Client({ connectionString: database.url })
    await expect(late.connect()).rejects.toThrow('does not exist')
  })
})
