import { afterAll, describe, expect, it } from '@jest/globals'
import { leaseHarness, textOf } from '../test/lease-harness.js'
import { vaultCore } from '../test/vault-core.js'

const { databases, vault, leaseOf, stored, rowOf } = await leaseHarness()
afterAll(() => databases.close())

const broken = { fault: 'SECRET_DECRYPTION_FAILED' }
const absent = { fault: 'SECRET_NOT_FOUND' }

describe('a shredded organisation', () => {
  it('lends nothing any more, by a replica that still holds its key either', async () => {
    const put = await stored()
    const other = vaultCore(databases, vault.service)
    expect(textOf(await leaseOf(put, {}, other))).toBe('sk-value')
    const { sealed } = await rowOf(put).first()
    await vault.shred(put.organizationId)
    expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    // A row that comes back from a backup of `vault`: the key's state alone says no, to whoever holds the key in memory.
    await rowOf(put).update({ state: 'stored', sealed })
    expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    // And with that put back as well, the wrapped bytes are gone: a replica that starts now cannot open it.
    await databases.tamper('data_keys').where({ organization_id: put.organizationId }).update({ state: 'active' })
    expect(await leaseOf(put, {}, vaultCore(databases, vault.service))).toMatchObject(broken)
    expect(await leaseOf(put)).toMatchObject(broken)
  })
})
