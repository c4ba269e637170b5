import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { activeKey } from '../rotation/active-key.js'
import { ROTATION_LIMITS } from '../rotation/rotation-limits.js'
import { type MemoryKeys, memoryKeys } from '../test/memory-keys.js'
import { aPut, vaultCore } from '../test/vault-core.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import type { Put } from '../versions/put-secret.js'
import { type DataKeysToRotate, runRotateDataKeys } from './run-rotate-data-keys.js'

const databases = await startForAllTests(createVaultDatabases)
const service = memoryKeys()
const vault = vaultCore(databases, service)

/** A clock by which every turn ends after one page, as happens when much is stored. */
const hurried = (): Clock => {
  const clock = manualClock()
  const monotonicMs = () => {
    clock.advance(ROTATION_LIMITS.turnMs)
    return clock.monotonicMs()
  }
  return { ...clock, monotonicMs }
}

async function rotate(asked: DataKeysToRotate, keys = service) {
  const logged = memoryLog()
  const config = {
    kms: { kind: 'file', path: '/never/read', otherPaths: [] } as const,
    vaultDb: databases.vaultTarget,
    vaultKeysDb: databases.vaultKeysTarget,
    vaultKeysBackupDays: 7,
  }
  await runRotateDataKeys(config, asked, { log: logged.log, clock: hurried(), keys })
  return logged
}

/** Values of different organizations, in the order in which the command takes the organizations. */
async function storedInOrder(count: number): Promise<Put[]> {
  const puts = Array.from({ length: count }, () => aPut())
  for (const put of puts) await vault.put(put)
  return puts.toSorted((one, other) => (one.organizationId < other.organizationId ? -1 : 1))
}
const keyOf = ({ organizationId }: Put) => activeKey(databases.vaultDb, organizationId)
const floored = (keyVersion: number) => ({ floor: keyVersion, ref: { keyVersion } })

describe('rotate-data-keys --now', () => {
  it('raises every floor and seals all others anew even if 150 versions of one organization do not open', async () => {
    const [forged, behind] = await storedInOrder(2)
    if (!forged || !behind) throw new Error('not stored')
    // Sorts before the sound one: anybody who can write to the database can place a row there.
    await databases.tamper.raw(
      `INSERT INTO versions (organization_id, secret_id, version_id, state, generation, purpose, bindings, key_id, key_version, sealed)
       SELECT organization_id, 'sec_0' || n, version_id || n, state, generation, purpose, bindings, key_id, key_version, 'PMAV'::bytea
       FROM versions, generate_series(100, 249) n WHERE version_id = ?`,
      [forged.versionId],
    )
    const logged = await rotate({ now: true })
    expect(await keyOf(forged)).toMatchObject(floored(2))
    expect(await keyOf(behind)).toMatchObject(floored(2))
    for (const { versionId } of [forged, behind])
      expect(await databases.tamper('versions').where({ version_id: versionId }).first()).toMatchObject({
        key_version: 2,
      })
    // Each of them is reported once.
    const told = logged.lines().filter(({ level }) => level === 'error')
    expect(new Set(told.map(({ versionId }) => versionId)).size).toBe(150)
    expect(told).toHaveLength(150)
  })

  it('keeps the floor of an organization of which nothing opens, as the master key of older data keys may be missing', async () => {
    const [put, behind] = await storedInOrder(2)
    if (!put || !behind) throw new Error('not stored')
    const { organizationId } = put
    const lacking: MemoryKeys = {
      ...service,
      async unwrap(wrappedKey, context) {
        if (context.keyVersion === 1 && context.organizationId === organizationId)
          throw new Fault('SECRET_DECRYPTION_FAILED', 'wrapped by a master key unknown here')
        return service.unwrap(wrappedKey, context)
      },
    }
    await expect(rotate({ now: true }, lacking)).rejects.toThrow(`no secret of ${organizationId} can be opened, so`)
    expect(await keyOf(put)).toMatchObject({ floor: 1, ref: { keyVersion: 2 } })
    expect(await keyOf(behind)).toMatchObject(floored(2))
    await rotate({ organizationId, now: true })
    const { ref, floor } = await keyOf(put)
    expect(floor).toBe(ref.keyVersion)
    expect(await databases.tamper('versions').where({ version_id: put.versionId }).first()).toMatchObject({
      key_version: floor,
    })
  })
})

describe.each([false, true])('rotate-data-keys of all, --now: %s', (now) => {
  it('rotates every other key if some rows are refused, and names the organizations of those rows', async () => {
    const [put] = await storedInOrder(1)
    if (!put) throw new Error('not stored')
    const refused = [
      { organization_id: '!\u009b', id: 'key_a', version: 1, floor: 1, state: 'active' },
      // The largest version number there is, so the key cannot be rotated again.
      { organization_id: 'org_0', id: 'key_b', version: 2_147_483_647, floor: 2_147_483_647, state: 'active' },
    ]
    await databases.tamper('data_keys').insert(refused)
    try {
      await expect(rotate({ now })).rejects.toThrow('the rotation of !\\u{9b}, org_0 was refused')
    } finally {
      const ids = refused.map(({ organization_id }) => organization_id)
      await databases.tamper('data_keys').whereIn('organization_id', ids).delete()
    }
    expect(await keyOf(put)).toMatchObject({ floor: now ? 2 : 1, ref: { keyVersion: 2 } })
  })

  it('skips an organization that is deleted after it was listed or during its turn, and continues with the next', async () => {
    const [first, listed, inTurn, last] = await storedInOrder(4)
    if (!first || !listed || !inTurn || !last) throw new Error('not stored')
    const deleting = memoryKeys(service)
    await rotate(
      { now },
      {
        ...deleting,
        async generate(context) {
          if (context.organizationId === first.organizationId) await vault.shred(listed.organizationId)
          if (context.organizationId === inTurn.organizationId) await vault.shred(inTurn.organizationId)
          return service.generate(context)
        },
      },
    )
    expect(await keyOf(first)).toMatchObject({ ref: { keyVersion: 2 } })
    expect(await keyOf(last)).toMatchObject({ ref: { keyVersion: 2 } })
    for (const gone of [listed, inTurn]) {
      await expect(keyOf(gone)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(rotate({ organizationId: gone.organizationId, now })).rejects.toMatchObject({ code: 'CONFLICT' })
    }
  })
})
