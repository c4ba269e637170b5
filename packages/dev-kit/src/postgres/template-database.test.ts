import { afterEach, expect, it } from '@jest/globals'
import pg from 'pg'
import { createPreparedDatabase } from './template-database.js'
import { asSuperuser, type TestDatabase } from './test-database.js'

const VARIABLE = 'PMA_TEST_POSTGRES_OWN'
const was = process.env[VARIABLE]
let made: TestDatabase[] = []

afterEach(async () => {
  for (const { drop } of made) await drop()
  made = []
  if (was === undefined) delete process.env[VARIABLE]
  else process.env[VARIABLE] = was
})

async function query(database: { url: string } | TestDatabase['target'], statement: string): Promise<unknown[]> {
  const client = new pg.Client('url' in database ? { connectionString: database.url } : database)
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows
}

/** Two databases requested at the same time, and how often one was prepared. */
async function twoAtOnce(name: string): Promise<{ pair: TestDatabase[]; prepared: number }> {
  let prepared = 0
  const prepare = async (target: TestDatabase['target']): Promise<void> => {
    prepared += 1
    await query(target, 'CREATE TABLE of_the_template AS SELECT 1 AS n')
  }
  made = await Promise.all([createPreparedDatabase(name, prepare), createPreparedDatabase(name, prepare)])
  return { pair: made, prepared }
}

it('a prepared database is prepared once and copied for each caller on this run’s own server', async () => {
  process.env[VARIABLE] = 'true'
  const name = `of_a_test_${process.pid}`
  try {
    const { pair, prepared } = await twoAtOnce(name)
    expect(prepared).toBe(1)
    const [first, second] = pair as [TestDatabase, TestDatabase]
    await query(first, 'UPDATE of_the_template SET n = 2')
    expect(await query(second, 'SELECT n FROM of_the_template')).toEqual([{ n: 1 }])
  } finally {
    await asSuperuser(`DROP DATABASE IF EXISTS template_${name}`)
  }
})

it('a prepared database is prepared for each caller on another server, and leaves no template there', async () => {
  delete process.env[VARIABLE]
  const name = `of_no_run_${process.pid}`
  const { pair, prepared } = await twoAtOnce(name)
  expect(prepared).toBe(2)
  for (const database of pair) expect(await query(database, 'SELECT n FROM of_the_template')).toEqual([{ n: 1 }])
  expect(await asSuperuser(`SELECT FROM pg_database WHERE datname = 'template_${name}'`)).toBe(0)
})
