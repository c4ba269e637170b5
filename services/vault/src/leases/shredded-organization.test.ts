import { afterAll, describe, expect, it } from '@jest/globals'
import { leaseHarness, textOf } from '../test/lease-harness.js'
import { aPut, nextPut, vaultCore } from '../test/vault-core.js'

const { databases, vault, leaseOf, stored, rowOf } = await leaseHarness()
afterAll(() => databases.close())

const broken = { fault: 'SECRET_DECRYPTION_FAILED' }
const absent = { fault: 'SECRET_NOT_FOUND' }

describe('a shredded organization', () => {
  it('lends nothing any more, even from a replica that still holds its key', async () => {
    const put = await stored()
    const other = vaultCore(databases, vault.service)
    expect(textOf(await leaseOf(put, {}, other))).toBe('sk-value')
    const { sealed } = await rowOf(put).first()
    await vault.shred(put.organizationId)
    expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    // A row restored from a backup of `vault`: the key's state alone refuses it, even if the key is in memory.
    await rowOf(put).update({ state: 'stored', sealed })
    expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    // With the state restored too, the wrapped bytes are still gone: a replica that starts now cannot open it.
    await databases.tamper('data_keys').where({ organization_id: put.organizationId }).update({ state: 'active' })
    expect(await leaseOf(put, {}, vaultCore(databases, vault.service))).toMatchObject(broken)
    expect(await leaseOf(put)).toMatchObject(broken)
  })

  it('opens on no replica if a `vault` dump from before the shredding is restored beside today’s `vault_keys`', async () => {
    const puts = [await stored({ value: 'sk-0' })]
    const { organizationId } = puts[0] ?? fail()
    puts.push(await stored({ organizationId, value: 'sk-1' }))
    await vault.rotate({ organizationId })
    puts.push(await stored({ organizationId, value: 'sk-2' }))
    const warm = vaultCore(databases, vault.service)
    for (const [index, put] of puts.entries()) expect(textOf(await leaseOf(put, {}, warm))).toBe(`sk-${index}`)
    const key = await warm.keys.current(organizationId)

    const dump = { keys: await rowsOf('data_keys', organizationId), versions: await rowsOf('versions', organizationId) }
    await vault.shred(organizationId)
    await warm.forgetShredded()
    await restore(organizationId, dump)

    const replicas = [vault, warm, vaultCore(databases, vault.service)]
    for (const at of replicas) {
      for (const put of puts) expect(await leaseOf(put, {}, at)).toMatchObject(broken)
      for (const keyVersion of [1, 2])
        await expect(at.keys.plaintext({ ...key, keyVersion })).rejects.toMatchObject({ code: broken.fault })
      expect(at.keys.derived(key, '0', () => fail())).toBeUndefined()
    }
    // The old key seals nothing new either, because what is written now could not be read.
    await expect(vault.put(aPut({ organizationId }))).rejects.toMatchObject({ code: broken.fault })
  })

  it('opens from a restored dump on a replica with its key in memory only until that replica’s next check', async () => {
    const put = await stored()
    const { organizationId } = put
    const warm = vaultCore(databases, vault.service)
    expect(textOf(await leaseOf(put, {}, warm))).toBe('sk-value')
    const ref = await warm.keys.current(organizationId)
    const dump = { keys: await rowsOf('data_keys', organizationId), versions: await rowsOf('versions', organizationId) }
    await vault.shred(organizationId)
    await restore(organizationId, dump)
    // No row of `vault` records the shredding any more: until the replica checks, what it has in memory opens.
    expect(textOf(await leaseOf(put, {}, warm))).toBe('sk-value')
    for (const cold of [vault, vaultCore(databases, vault.service)])
      expect(await leaseOf(put, {}, cold)).toMatchObject(broken)
    await warm.forgetShredded()
    expect(await leaseOf(put, {}, warm)).toMatchObject(broken)
    await expect(warm.keys.plaintext(ref)).rejects.toMatchObject({ code: broken.fault })
  })

  it('has its key refused by another replica once that replica has checked for shredded organizations', async () => {
    const put = await stored()
    const other = vaultCore(databases, vault.service)
    const ref = await other.keys.current(put.organizationId)
    await other.keys.plaintext(ref)
    await vault.shred(put.organizationId)
    await expect(other.keys.plaintext(ref)).resolves.toHaveLength(32)
    await other.forgetShredded()
    await expect(other.keys.plaintext(ref)).rejects.toMatchObject({ code: broken.fault })
  })

  it('is reported final at the end of the days for which backups of `vault_keys` are kept', async () => {
    const put = await stored()
    const { finalAtMs } = await vault.shred(put.organizationId)
    const { destroyed_at: at } = (await rowsOf('data_keys', put.organizationId))[0] ?? fail()
    expect(finalAtMs).toBe(at.getTime() + 7 * 86_400_000)
    // Asking again does not make it later.
    expect((await vault.shred(put.organizationId)).finalAtMs).toBe(finalAtMs)
  })

  it('keeps no sealed value and no wrapped key if rotation, sealing anew, puts and leases race the shredding', async () => {
    for (let round = 0; round < 5; round += 1) {
      const put = await stored()
      const { organizationId } = put
      const other = vaultCore(databases, vault.service)
      await vault.rotate({ organizationId })
      await Promise.allSettled([
        other.reencrypt({ organizationId, known: false }),
        other.rotate({ organizationId }),
        other.put(nextPut(put)),
        leaseOf(put, {}, other),
        vault.shred(organizationId),
      ])
      const left = await rowsOf('versions', organizationId)
      expect(left.filter(({ sealed }) => sealed !== null)).toEqual([])
      expect(await databases.vaultKeysDb('wrapped_keys').where({ organization_id: organizationId })).toEqual([])
      expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    }
  })
})

const rowsOf = (table: 'data_keys' | 'versions', organizationId: string) =>
  databases.tamper(table).where({ organization_id: organizationId })

interface Dump {
  readonly keys: Awaited<ReturnType<typeof rowsOf>>
  readonly versions: Awaited<ReturnType<typeof rowsOf>>
}

function restore(organizationId: string, { keys, versions }: Dump): Promise<void> {
  return databases.tamper.transaction(async (trx) => {
    for (const table of ['versions', 'data_keys']) await trx(table).where({ organization_id: organizationId }).delete()
    await trx('data_keys').insert(keys)
    for (const row of versions) await trx('versions').insert({ ...row, bindings: JSON.stringify(row.bindings) })
  })
}

function fail(): never {
  throw new Error('not reached')
}
