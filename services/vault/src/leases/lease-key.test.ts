import { afterAll, describe, expect, it } from '@jest/globals'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { DataKeys } from '../keys/data-keys.js'
import { PROXY } from '../test/grant-signer.js'
import { leaseHarness, MANAGEMENT } from '../test/lease-harness.js'
import { nextPut, type VaultCore, vaultCore } from '../test/vault-core.js'
import type { Put } from '../versions/put-secret.js'
import { type LeaseKey, leaseKeyDeriver } from './lease-key.js'

const { databases, vault, grantFor, stored, signer } = await leaseHarness()
afterAll(() => databases.close())

const HOUR = 3_600_000

async function answerFor(puts: readonly Put[], at: VaultCore = vault) {
  const grant = await grantFor(puts, {}, signer, at)
  return at.leaseAll({ grant, versionIds: puts.map(({ versionId }) => versionId), peer: PROXY })
}
async function keyFor(put: Put, at: VaultCore = vault): Promise<LeaseKey> {
  const { leaseKey } = await answerFor([put], at)
  if (!leaseKey) throw new Error('no lease key')
  return leaseKey
}
const hex = ({ bytes }: LeaseKey): string => bytes.reveal().toString('hex')

/** Does what a rotation does: adds a version of the data key, under which writes are sealed from now on. */
async function rotate({ organizationId }: Put): Promise<void> {
  const row = await databases.tamper('data_keys').where({ organization_id: organizationId }).first()
  const { installationId } = databases
  const ref = { organizationId, keyId: row.id, keyVersion: row.version + 1 }
  const { wrappedKey } = await vault.service.generate({ installationId, ...ref })
  await databases
    .tamperKeys('wrapped_keys')
    .insert({ organization_id: organizationId, key_id: row.id, version: ref.keyVersion, wrapped: wrappedKey })
  await databases.tamper('data_keys').where({ organization_id: organizationId }).update({ version: ref.keyVersion })
  // Loads it into memory, as the first write under it does.
  await vault.keys.plaintext(ref)
}

describe('a lease key', () => {
  it('comes with a lease, has 32 bytes, and names its data key, its hour and how long it seals', async () => {
    const put = await stored()
    const { keyId, keyVersion } = await vault.keys.current(put.organizationId)
    const nowMs = vault.clock.wallMs()
    const hour = Math.floor(nowMs / HOUR)
    const key = await keyFor(put)
    expect(key).toMatchObject({
      dataKeyId: keyId,
      dataKeyVersion: keyVersion,
      hour,
      sealsForMs: (hour + 1) * HOUR - nowMs,
    })
    expect(key.bytes.reveal()).toHaveLength(32)
  })

  it('is the same for every secret of an organization, on every replica', async () => {
    const one = await stored()
    const other = await stored({ organizationId: one.organizationId })
    // A replica that has just started has the data key in memory once it has opened something.
    expect(hex(await keyFor(other, vaultCore(databases, vault.service)))).toBe(hex(await keyFor(one)))
  })

  it('differs between organizations and between hours', async () => {
    const late = vaultCore(databases, vault.service)
    const [one, other] = [await stored(), await stored()]
    const first = await keyFor(one, late)
    expect(hex(await keyFor(other, late))).not.toBe(hex(first))
    late.clock.advance(first.sealsForMs - 1)
    expect(hex(await keyFor(one, late))).toBe(hex(first))
    late.clock.advance(1)
    const next = await keyFor(one, late)
    expect(next).toMatchObject({ hour: first.hour + 1, sealsForMs: HOUR })
    expect(hex(next)).not.toBe(hex(first))
  })

  it('changes with a rotation of the data key, even for versions sealed before the rotation', async () => {
    const put = await stored()
    const before = await keyFor(put)
    await rotate(put)
    const after = await keyFor(put)
    expect(after.dataKeyVersion).toBe(before.dataKeyVersion + 1)
    expect(hex(after)).not.toBe(hex(before))
  })

  it('is not given without a lease, if the version is not stored or not bound to an origin of the service', async () => {
    const put = await stored()
    const gone = nextPut(put)
    expect(await answerFor([gone])).toMatchObject({ outcomes: [{ fault: 'SECRET_NOT_FOUND' }], leaseKey: undefined })
    const grant = await grantFor([put], { ori: ['https://elsewhere.example.com'] })
    expect(await vault.leaseAll({ grant, versionIds: [put.versionId], peer: PROXY })).toMatchObject({
      outcomes: [{ fault: 'DESTINATION_NOT_ALLOWED' }],
      leaseKey: undefined,
    })
    expect((await answerFor([gone, put])).leaseKey).toBeDefined()
  })

  it('is never given to management: grants are refused to it, and operational leases bring no lease key', async () => {
    const put = await stored()
    const asked = { grant: await grantFor([put]), versionIds: [put.versionId], peer: MANAGEMENT }
    await expect(vault.leaseAll(asked)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    const operational = await stored({
      purpose: 'operational',
      bindings: { origins: [], placements: [], services: [] },
    })
    expect(await vault.leaseOperational(operational, MANAGEMENT)).not.toHaveProperty('leaseKey')
  })

  it('is left out of the answer while the key service is away, and the lease is given all the same', async () => {
    const put = await stored()
    await keyFor(put)
    await rotate(put)
    const cold = vaultCore(databases, vault.service)
    // Makes the vault open the key that signs grants before the key service goes away.
    await answerFor([await stored()], cold)
    await cold.keys.plaintext({ ...(await cold.keys.current(put.organizationId)), keyVersion: 1 })
    vault.service.away = true
    try {
      expect(await answerFor([put], cold)).toMatchObject({ outcomes: [{ lease: {} }], leaseKey: undefined })
    } finally {
      vault.service.away = false
    }
    await cold.keys.plaintext(await cold.keys.current(put.organizationId))
    expect((await answerFor([put], cold)).leaseKey).toBeDefined()
  })
})

describe('the derivation of a lease key', () => {
  const dataKey = Buffer.alloc(32, 7)
  const REF: KeyRef = { organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }
  const keyOf = (ref: KeyRef, readMs = 5 * HOUR, installationId = 'ins_a'): string => {
    const derived: DataKeys['derived'] = (_ref, _name, derive) => derive(dataKey)
    const key = leaseKeyDeriver({ keys: { derived }, installationId })(ref, readMs)
    return key ? hex(key) : ''
  }

  it('gives the recorded key, so that replicas of two releases agree', () => {
    // Computed by hand with the two steps of RFC 5869.
    expect(keyOf(REF)).toBe('9b3849eadbeb9555e388b63cae1ae7545bcf2cff7139883cccb5092aa3243464')
  })

  it('gives another key if any of its inputs changes, or the boundary between two of them', () => {
    const all = [
      keyOf(REF),
      keyOf({ ...REF, organizationId: 'org_b' }),
      keyOf({ ...REF, organizationId: 'org_ak', keyId: 'ey_a' }),
      keyOf({ ...REF, keyId: 'key_b' }),
      keyOf({ ...REF, keyVersion: 2 }),
      keyOf({ ...REF, keyVersion: 15 }, HOUR),
      keyOf(REF, 15 * HOUR),
      keyOf(REF, 6 * HOUR),
      keyOf(REF, 5 * HOUR, 'ins_b'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})
