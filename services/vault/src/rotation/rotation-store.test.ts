import { afterAll, expect, it } from '@jest/globals'
import { rowsRead } from '@protectmyapi/dev-kit/postgres/rows-read'
import { createVaultDatabases } from '../test/vault-databases.js'
import { rotationStore } from './rotation-store.js'

const databases = await createVaultDatabases()
afterAll(() => databases.close())

it('a round that finds nothing to do reads no row of data_keys, even if there are 2000', async () => {
  await databases.tamper.transaction(async (trx) => {
    await trx.raw(
      `INSERT INTO data_keys (organization_id, id, version, floor, state)
       SELECT 'org_' || n, 'key_' || n, 1, 1, 'active' FROM generate_series(1, 2000) n`,
    )
    await trx.raw('ANALYZE data_keys')
    const { aged, behind, toErase } = rotationStore(trx)
    const read = (work: () => Promise<unknown>) => rowsRead(trx, 'data_keys', work)
    expect(await read(() => toErase(60_000, 20))).toBe(0)
    expect(await read(() => behind(20, []))).toBe(0)
    expect(await read(() => aged(90, 20, []))).toBe(0)
  })
})
