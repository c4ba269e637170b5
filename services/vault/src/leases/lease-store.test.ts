import { afterAll, expect, it } from '@jest/globals'
import { rowsRead } from '@protectmyapi/dev-kit/postgres/rows-read'
import { leaseHarness } from '../test/lease-harness.js'
import { leaseStore } from './lease-store.js'

const { databases, stored } = await leaseHarness()
afterAll(() => databases.close())

it('leasing a version reads one row of data_keys out of 2000, whether or not the table was analyzed', async () => {
  const { organizationId, secretId, versionId } = await stored()
  const ref = { organizationId, secretId, versionId }
  await databases.tamper.transaction(async (trx) => {
    const read = () =>
      rowsRead(trx, 'data_keys', async () => expect(await leaseStore(trx).read([ref])).toMatchObject([ref]))
    await trx.raw(
      `INSERT INTO data_keys (organization_id, id, version, floor, state)
       SELECT 'org_' || n, 'key_' || n, 1, 1, 'active' FROM generate_series(1, 2000) n`,
    )
    const unknown = await read()
    await trx.raw('ANALYZE data_keys')
    expect([unknown, await read()]).toEqual([1, 1])
  })
})
