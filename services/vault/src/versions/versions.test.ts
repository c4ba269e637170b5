import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { dataKeyStore } from '../keys/data-key-store.js'
import { aPut, nextPut, type VaultCore, vaultCore } from '../test/vault-core.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import type { VersionRef } from './version-row.js'

const databases = await startForAllTests(createVaultDatabases)
const vault = vaultCore(databases)

const conflict = { code: 'CONFLICT' }
const broken = { code: 'SECRET_DECRYPTION_FAILED' }
const rowOf = ({ organizationId, secretId, versionId }: VersionRef) =>
  databases.tamper('versions').where({ organization_id: organizationId, secret_id: secretId, version_id: versionId })

describe('putting a version', () => {
  it('stores it sealed, without its plain value in any column', async () => {
    const put = aPut({ value: 'sk-canary-4711' })
    await vault.put(put)
    const row = await rowOf(put).first()
    expect(row).toMatchObject({ state: 'stored', generation: '1', purpose: 'injection' })
    expect(JSON.stringify({ ...row, sealed: row.sealed.toString('latin1') })).not.toContain('canary')
  })

  it('is idempotent: the same put again, by another replica too, changes nothing', async () => {
    const put = aPut()
    await vault.put(put)
    const before = await rowOf(put).first()
    await vault.put(put)
    await vaultCore(databases, vault.service).put(put)
    expect(await rowOf(put).first()).toEqual(before)
  })

  it('is refused with another value, other bindings, another generation or purpose under the same version id', async () => {
    const put = aPut()
    await vault.put(put)
    const others = [
      { ...put, value: new SecretBytes(Buffer.from('sk-valuf')) },
      { ...put, value: new SecretBytes(Buffer.from('sk-value-and-more')) },
      { ...put, bindings: { ...put.bindings, origins: ['https://evil.example.com'] } },
      { ...put, generation: 2 },
      aPut({
        ...put,
        value: 'sk-value',
        purpose: 'operational',
        bindings: { origins: [], placements: [], services: [] },
      }),
    ]
    for (const other of others) await expect(vault.put(other)).rejects.toMatchObject(conflict)
  })

  it('accepts only the generation that follows the newest stored one', async () => {
    const first = aPut()
    await expect(vault.put({ ...first, generation: 2 })).rejects.toMatchObject(conflict)
    await vault.put(first)
    await expect(vault.put({ ...first, versionId: newId('version') })).rejects.toMatchObject(conflict)
    await expect(vault.put({ ...nextPut(first), generation: 3 })).rejects.toMatchObject(conflict)
    const second = nextPut(first)
    await vault.put(second)
    await vault.put(nextPut(second))
  })

  describe('with the same bindings as the generation before', () => {
    const elsewhere = { origins: ['https://evil.example.com'], placements: aPut().bindings.placements, services: [] }

    it('is refused with CONFLICT if the bindings differ from those sealed with the generation before', async () => {
      const first = aPut()
      await vault.put(first)
      const next = { ...nextPut(first), sameBindings: true }
      await expect(vault.put({ ...next, bindings: elsewhere })).rejects.toMatchObject(conflict)
      await vault.put(next)
    })

    it('keeps the name that internal services ask for, and gets one if the generation before had none', async () => {
      const services = ['spiffe://protectmyapi.local/ns/apps/sa/worker']
      const nameless = { ...aPut().bindings, services }
      const first = aPut({ bindings: nameless })
      await vault.put(first)
      const second = { ...nextPut(first), bindings: { ...nameless, name: 'A_KEY' }, sameBindings: true }
      await vault.put(second)
      const third = { ...nextPut(second), sameBindings: true }
      for (const bindings of [{ ...nameless, name: 'B_KEY' }, nameless])
        await expect(vault.put({ ...third, bindings })).rejects.toMatchObject(conflict)
      await vault.put(third)
    })

    it('is idempotent, even once the generation it was compared with is destroyed', async () => {
      const first = aPut()
      await vault.put(first)
      const next = { ...nextPut(first), sameBindings: true }
      await vault.put(next)
      await vault.destroy(first.organizationId, first.secretId, [first.versionId])
      await vault.put(next)
      await expect(vault.put({ ...next, bindings: elsewhere })).rejects.toMatchObject(conflict)
    })

    it('is refused as broken if the bindings in the row of the generation before were altered', async () => {
      const first = aPut()
      await vault.put(first)
      await rowOf(first).update({ bindings: JSON.stringify(elsewhere) })
      const next = { ...nextPut(first), sameBindings: true }
      await expect(vault.put({ ...next, bindings: elsewhere })).rejects.toMatchObject(broken)
      await expect(vault.put(next)).rejects.toMatchObject(broken)
    })

    it('is refused when there is no generation before or it was destroyed', async () => {
      const first = aPut()
      await expect(vault.put({ ...first, sameBindings: true })).rejects.toMatchObject(conflict)
      await vault.put(first)
      await vault.destroy(first.organizationId, first.secretId, [first.versionId])
      await expect(vault.put({ ...nextPut(first), sameBindings: true })).rejects.toMatchObject(conflict)
    })
  })

  it('counts the generation of a destroyed version as used, and not that of a closed version', async () => {
    const first = aPut()
    await vault.put(first)
    const given = nextPut(first)
    await vault.settle(given)
    const second = nextPut(first)
    await vault.put(second)
    await vault.destroy(second.organizationId, second.secretId, [second.versionId])
    await expect(vault.put({ ...nextPut(first) })).rejects.toMatchObject(conflict)
    await vault.put(nextPut(second))
  })

  it('lets one of many puts of the same generation succeed, and refuses the others', async () => {
    const first = aPut()
    const puts = Array.from({ length: 8 }, (_, index) => ({
      ...first,
      versionId: newId('version'),
      value: new SecretBytes(Buffer.from(`v${index}`)),
    }))
    const outcomes = await Promise.allSettled(puts.map((put) => vault.put(put)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(conflict)
  })

  it('lets the same put succeed many times at once', async () => {
    const put = aPut()
    await Promise.all(Array.from({ length: 8 }, () => vault.put(put)))
    expect(await rowOf(put)).toHaveLength(1)
  })

  it('is refused for a closed and for a destroyed version', async () => {
    const closed = aPut()
    await vault.settle(closed)
    await expect(vault.put(closed)).rejects.toMatchObject(conflict)
    const destroyed = aPut()
    await vault.put(destroyed)
    await vault.destroy(destroyed.organizationId, destroyed.secretId, [destroyed.versionId])
    await expect(vault.put(destroyed)).rejects.toMatchObject(conflict)
  })

  it('says that a stored version is broken when a repeated put finds it altered', async () => {
    const put = aPut()
    await vault.put(put)
    const { sealed } = await rowOf(put).first()
    sealed[sealed.length - 1] ^= 1
    await rowOf(put).update({ sealed })
    await expect(vault.put(put)).rejects.toMatchObject(broken)
  })

  it('answers UNAVAILABLE and stores nothing while the key service is away', async () => {
    const cold = vaultCore(databases)
    cold.service.away = true
    const put = aPut()
    await expect(cold.put(put)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await rowOf(put)).toHaveLength(0)
    cold.service.away = false
    await cold.put(put)
  })

  it('seals under the key version that is current when it commits', async () => {
    const first = aPut()
    await vault.put(first)
    // A rotation between sealing and storing: what was sealed under the old version must not be stored.
    const { ref } = await currentOf(first.organizationId)
    const other = vaultCore(databases, vault.service)
    vault.keys.current = rotateAfterFirst(vault.keys.current, async () => {
      await other.keys.rotate(ref)
    })
    const put = nextPut(first)
    await vault.put(put)
    expect(await rowOf(put).first()).toMatchObject({ key_id: ref.keyId, key_version: 2 })
  })
})

describe('settling a version', () => {
  it('answers stored for a stored version and closed for an unknown one, and repeats that answer', async () => {
    const put = aPut()
    await vault.put(put)
    const never = aPut()
    for (let count = 0; count < 2; count += 1) {
      expect(await vault.settle(put)).toBe('stored')
      expect(await vault.settle(never)).toBe('closed')
    }
  })

  it('answers stored exactly if the put that races it succeeds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const put = aPut({ organizationId: 'org_race' })
      const [stored, settlement] = await Promise.all([
        vault.put(put).then(
          () => true,
          () => false,
        ),
        vault.settle(put),
      ])
      expect([stored, settlement]).toEqual([settlement === 'stored', settlement])
    }
  })

  it('answers closed for a destroyed version', async () => {
    const put = aPut()
    await vault.put(put)
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    expect(await vault.settle(put)).toBe('closed')
  })
})

describe('destroying versions', () => {
  it('erases the sealed bytes, and may be repeated', async () => {
    const put = aPut()
    await vault.put(put)
    for (let count = 0; count < 2; count += 1) await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    expect(await rowOf(put).first()).toMatchObject({ state: 'destroyed', sealed: null, generation: '1' })
  })

  it('closes versions that it does not know', async () => {
    const never = aPut()
    await vault.destroy(never.organizationId, never.secretId, [never.versionId])
    expect(await rowOf(never).first()).toMatchObject({ state: 'closed' })
    await expect(vault.put(never)).rejects.toMatchObject(conflict)
  })

  it('touches no secret of another organization with the same ids', async () => {
    const put = aPut()
    await vault.put(put)
    await vault.destroy(newId('organization'), put.secretId, [put.versionId])
    expect(await rowOf(put).first()).toMatchObject({ state: 'stored' })
  })
})

describe('describing versions', () => {
  it('reports id, generation, purpose and state of each, newest first, but no contents', async () => {
    const first = aPut()
    await vault.put(first)
    const second = nextPut(first)
    await vault.put(second)
    await vault.destroy(first.organizationId, first.secretId, [first.versionId])
    const closed = nextPut(second)
    await vault.settle(closed)
    const secretId = first.secretId
    const createdAtMs = expect.any(Number)
    expect(await vault.describe(first.organizationId, [secretId, newId('secret')])).toEqual([
      { secretId, versionId: closed.versionId, state: 'closed', generation: null, purpose: null, createdAtMs },
      { secretId, versionId: second.versionId, state: 'stored', generation: 2, purpose: 'injection', createdAtMs },
      { secretId, versionId: first.versionId, state: 'destroyed', generation: 1, purpose: 'injection', createdAtMs },
    ])
    expect(await vault.describe(newId('organization'), [secretId])).toEqual([])
  })

  it('answers at most 100 versions of each secret', async () => {
    const { organizationId, secretId } = aPut()
    const rows = Array.from({ length: 120 }, () => ({
      organization_id: organizationId,
      secret_id: secretId,
      version_id: newId('version'),
      state: 'closed',
    }))
    await databases.tamper('versions').insert(rows)
    expect(await vault.describe(organizationId, [secretId])).toHaveLength(100)
  })
})

describe('shredding an organization', () => {
  it('destroys its data keys and versions, refuses every later put, and may be repeated', async () => {
    const put = aPut()
    await vault.put(put)
    for (let count = 0; count < 2; count += 1) await vault.shred(put.organizationId)
    expect(await databases.vaultKeysDb('wrapped_keys').where({ organization_id: put.organizationId })).toEqual([])
    expect(await rowOf(put).first()).toMatchObject({ state: 'destroyed', sealed: null })
    await expect(vault.put(put)).rejects.toMatchObject(conflict)
    await expect(vault.put(aPut({ organizationId: put.organizationId }))).rejects.toMatchObject(conflict)
  })

  it('stops a replica that still holds the key in memory', async () => {
    const other = vaultCore(databases, vault.service)
    const put = aPut()
    await other.put(put)
    await vault.shred(put.organizationId)
    await expect(other.put(nextPut(put))).rejects.toMatchObject(conflict)
  })

  it('refuses later puts also if the organization had no data key yet or was just making its first', async () => {
    const put = aPut()
    await vault.shred(put.organizationId)
    await expect(vault.put(put)).rejects.toMatchObject(conflict)

    for (let round = 0; round < 10; round += 1) {
      const racing = aPut()
      const [stored] = await Promise.allSettled([vault.put(racing), vault.shred(racing.organizationId)])
      if (stored.status === 'rejected')
        expect(stored.reason).toMatchObject({
          code: expect.stringMatching(/^(CONFLICT|UNAVAILABLE|SECRET_DECRYPTION_FAILED)$/),
        })
      await expect(vault.put(aPut({ organizationId: racing.organizationId }))).rejects.toMatchObject(conflict)
      const left: { sealed: Buffer | null }[] = await databases
        .vaultDb('versions')
        .where({ organization_id: racing.organizationId })
      expect(left.every(({ sealed }) => sealed === null)).toBe(true)
    }
  })

  it('is refused for the installation itself', async () => {
    await expect(vault.shred(INSTALLATION_ORGANIZATION)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

async function currentOf(organizationId: string) {
  const current = await dataKeyStore(databases.vaultDb).current(organizationId)
  if (current.state !== 'active') throw new Error('no key')
  return current
}

function rotateAfterFirst(
  current: VaultCore['keys']['current'],
  rotate: () => Promise<void>,
): VaultCore['keys']['current'] {
  let asked = 0
  return async (organizationId) => {
    const ref = await current(organizationId)
    asked += 1
    if (asked === 1) await rotate()
    return ref
  }
}
