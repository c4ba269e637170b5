import { afterAll, describe, expect, it } from '@jest/globals'
import { leaseHarness } from '../test/lease-harness.js'
import { nextPut, ORIGIN, vaultCore } from '../test/vault-core.js'
import type { Put } from '../versions/put-secret.js'

const { databases, vault, leaseOf, stored, rowOf } = await leaseHarness()
afterAll(() => databases.close())

const broken = { fault: 'SECRET_DECRYPTION_FAILED' }

describe('a stored version that was altered', () => {
  it.each<[string, (put: Put) => Promise<unknown>]>([
    ['one bit of the sealed bytes', (put) => alterSealed(put, (sealed) => flip(sealed, sealed.length - 20))],
    ['one bit of the name of its key', (put) => alterSealed(put, (sealed) => flip(sealed, 12))],
    [
      'its bindings',
      (put) =>
        rowOf(put).update({
          bindings: JSON.stringify({ ...put.bindings, origins: ['https://evil.example.com', ORIGIN] }),
        }),
    ],
    ['its bindings, beyond reading', (put) => rowOf(put).update({ bindings: JSON.stringify({ origins: 1 }) })],
    ['its generation', (put) => rowOf(put).update({ generation: 9 })],
    ['its purpose', (put) => rowOf(put).update({ purpose: 'operational' })],
    ['the version of its key', (put) => rowOf(put).update({ key_version: 2 })],
  ])('cannot be opened after a change of %s, and the log names the secret but not the value', async (_what, alter) => {
    const put = await stored({ value: 'sk-canary-0815' })
    await alter(put)
    const fresh = vaultCore(databases, vault.service)
    expect(await leaseOf(put, {}, fresh)).toEqual({ versionId: put.versionId, ...broken })
    const errors = fresh.logged.lines().filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([{ secretId: put.secretId, versionId: put.versionId }])
    expect(fresh.logged.text()).not.toContain('canary')
  })

  it('cannot be opened with the sealed bytes of an older version, nor with the contents of its whole row', async () => {
    const old = await stored({ value: 'sk-old' })
    const current = nextPut(old, 'sk-new')
    await vault.put(current)
    const { sealed, bindings, purpose } = await rowOf(old).first()
    await rowOf(current).update({ sealed })
    expect(await leaseOf(current)).toMatchObject(broken)
    await rowOf(old).delete()
    await rowOf(current).update({ sealed, bindings: JSON.stringify(bindings), purpose, generation: 1 })
    expect(await leaseOf(current)).toMatchObject(broken)
  })

  it('cannot be opened as the version of another secret or organization', async () => {
    const [one, other] = [await stored({ organizationId: 'org_swap' }), await stored({ organizationId: 'org_swap' })]
    const elsewhere = await stored()
    const { sealed } = await rowOf(one).first()
    for (const target of [other, elsewhere]) {
      await rowOf(target).update({ sealed })
      expect(await leaseOf(target)).toMatchObject(broken)
    }
  })
})

async function alterSealed(put: Put, alter: (sealed: Buffer) => Buffer): Promise<unknown> {
  const { sealed } = await rowOf(put).first()
  return rowOf(put).update({ sealed: alter(sealed) })
}

function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}
