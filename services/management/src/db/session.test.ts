import { expect, it } from '@jest/globals'
import { createTestDatabase } from '@protectmyapi/dev-kit/test-database'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'

it('has the days of UTC, as ISO prints them, whatever is set for the database: retention goes by them', async () => {
  const { target, drop } = await createTestDatabase()
  const before = connectPostgres(target, 'test')
  await before.raw(`ALTER DATABASE ?? SET TimeZone = '<+167>-167'`, [target.database])
  await before.raw(`ALTER DATABASE ?? SET DateStyle = 'German'`, [target.database])
  await before.destroy()
  const db = connectPostgres(target, 'test')
  const { rows } = await db.raw(`SELECT current_setting('TimeZone') AS zone, DATE '2026-01-31'::text AS day`)
  expect(rows).toEqual([{ zone: 'UTC', day: '2026-01-31' }])
  await db.destroy()
  await drop()
})
