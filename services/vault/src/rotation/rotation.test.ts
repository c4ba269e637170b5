import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { seal } from '../envelope/seal.js'
import { signHead } from '../heads/sign-head.js'
import { dataKeyStore } from '../keys/data-key-store.js'
import { PROXY } from '../test/grant-signer.js'
import { leaseHarness, textOf } from '../test/lease-harness.js'
import { aPut, BINDINGS, nextPut, type VaultCore, vaultCore } from '../test/vault-core.js'
import type { Put } from '../versions/put-secret.js'
import { activeKey } from './active-key.js'
import { reencryptSecrets } from './reencrypt-secrets.js'
import { resealPage } from './reseal-page.js'
import { rotationStore } from './rotation-store.js'

const { databases, vault, leaseOf, grantFor, signer, stored, rowOf } = await leaseHarness()
afterAll(() => databases.close())

const replica = (): VaultCore => vaultCore(databases, vault.service)
const keyRow = ({ organizationId }: { organizationId: string }) =>
  databases.tamper('data_keys').where({ organization_id: organizationId })
const wrappedOf = ({ organizationId }: { organizationId: string }) =>
  databases.vaultKeysDb('wrapped_keys').where({ organization_id: organizationId }).orderBy('version')
const turn = (put: Put, at = vault, known = false) => at.reencrypt({ organizationId: put.organizationId, known })
const isOver = (put: Put) =>
  keyRow(put).update({ floored_at: databases.tamper.raw(`clock_timestamp() - interval '61 seconds'`) })
const broken = { fault: 'SECRET_DECRYPTION_FAILED' }

/** Several secrets of one organization. */
async function storedTogether(count: number): Promise<[Put, ...Put[]]> {
  const first = await stored({ value: 'sk-0' })
  const rest: Put[] = []
  for (let index = 1; index < count; index += 1)
    rest.push(await stored({ organizationId: first.organizationId, value: `sk-${index}` }))
  return [first, ...rest]
}

describe('rotating a data key', () => {
  it('has later puts sealed under the new version, while values sealed under the old one still open', async () => {
    const put = await stored()
    expect(await vault.rotate(put)).toMatchObject({ made: true, ref: { keyVersion: 2 } })
    const next = nextPut(put)
    await replica().put(next)
    expect(await rowOf(put).first()).toMatchObject({ key_version: 1 })
    expect(await rowOf(next).first()).toMatchObject({ key_version: 2 })
    for (const at of [vault, replica()])
      expect([textOf(await leaseOf(put, {}, at)), textOf(await leaseOf(next, {}, at))]).toEqual(['sk-value', 'sk-next'])
  })

  it('makes one new version and leaves no unused wrapped bytes if several replicas begin at once', async () => {
    const put = await stored()
    const asked = { organizationId: put.organizationId, seen: 1 }
    const all = await Promise.all([vault, replica(), replica(), replica()].map((at) => at.rotate(asked)))
    expect(all.filter(({ made }) => made)).toHaveLength(1)
    const row = await keyRow(put).first()
    expect(new Set(all.map(({ ref }) => ref.keyVersion))).toEqual(new Set([row.version]))
    expect((await wrappedOf(put)).map(({ version }) => version)).toEqual([1, row.version])
  })

  it('changes nothing while the key service is away', async () => {
    const put = await stored()
    vault.service.away = true
    try {
      await expect(vault.rotate(put)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    } finally {
      vault.service.away = false
    }
    expect(await keyRow(put).first()).toMatchObject({ version: 1, floor: 1 })
    expect(await wrappedOf(put)).toHaveLength(1)
  })

  it('makes a new key and does not use wrapped bytes that a crash has left behind', async () => {
    const put = await stored()
    const [first] = await wrappedOf(put)
    await databases.tamperKeys('wrapped_keys').insert({ ...first, version: 2 })
    expect(await vault.rotate(put)).toMatchObject({ made: true, ref: { keyVersion: 3 } })
    await turn(put)
    await isOver(put)
    await vault.erase()
    expect((await wrappedOf(put)).map(({ version }) => version)).toEqual([3])
  })

  it('is refused with NOT_FOUND for an organization without data key, and with CONFLICT for a shredded one', async () => {
    await expect(vault.rotate({ organizationId: newId('organization') })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const put = await stored()
    await vault.shred(put.organizationId)
    await expect(vault.rotate(put)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(turn(put)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('happens once the data key is older than 30 days, and not before', async () => {
    const put = await stored()
    const since = (days: number) =>
      keyRow(put).update({ rotated_at: databases.tamper.raw(`now() - make_interval(days => ?)`, [days]) })
    await since(29)
    await vault.tend(30)
    expect(await keyRow(put).first()).toMatchObject({ version: 1 })
    await since(31)
    await Promise.all([vault.tend(30), replica().tend(30)])
    expect((await keyRow(put).first()).version).toBeGreaterThan(1)
    const { version } = await keyRow(put).first()
    await vault.tend(30)
    expect(await keyRow(put).first()).toMatchObject({ version, floor: version })
  })
})

describe('rounds in which the data keys in front are refused', () => {
  /** More secrets than one step of a round processes. */
  const COUNT = 50
  const refusedKeys = (version: number, floor: number) =>
    databases.tamper.raw(
      `INSERT INTO data_keys (organization_id, id, version, floor, state, rotated_at)
       SELECT '!' || n, '!' || n, ?, ?, 'active', 'epoch' FROM generate_series(1, ?) n`,
      [version, floor, COUNT],
    )
  afterEach(() => databases.tamper('data_keys').whereLike('organization_id', '!%').delete())

  it('rotate all other data keys by age, and log each refused one once in five minutes', async () => {
    const put = await stored()
    await keyRow(put).update({ rotated_at: databases.tamper.raw(`now() - interval '31 days'`) })
    await refusedKeys(1, 1)
    const at = replica()
    const round = at.tending(30)
    const told = () => at.logged.lines().filter(({ level }) => level === 'error').length
    await round()
    expect(await keyRow(put).first()).toMatchObject({ version: 2 })
    await round()
    at.clock.advance(5 * 60_000 - 1)
    await round()
    expect(told()).toBe(COUNT)
    at.clock.advance(1)
    await round()
    expect(told()).toBe(2 * COUNT)
  })

  it('seal the secrets of all other organizations anew', async () => {
    const put = await stored()
    await vault.rotate(put)
    await refusedKeys(2, 1)
    await replica().tend()
    expect(await keyRow(put).first()).toMatchObject({ version: 2, floor: 2 })
  })
})

describe('sealing anew', () => {
  it('leaves nothing under an older key version, raises the floor, and changes neither values nor bindings', async () => {
    const puts = await storedTogether(40)
    const [first] = puts
    const before = await rowOf(first).first()
    await vault.rotate(first)
    expect(await turn(first)).toMatchObject({ version: 2, floor: 2, remaining: 0, resealed: 40, unopenable: [] })
    expect(await keyRow(first).first()).toMatchObject({ version: 2, floor: 2 })
    const after = await rowOf(first).first()
    expect(after).toEqual({ ...before, key_version: 2, sealed: expect.any(Buffer) })
    expect(after.sealed.equals(before.sealed)).toBe(false)
    const cold = replica()
    for (const [index, put] of puts.entries()) {
      expect(await leaseOf(put, {}, cold)).toMatchObject({ lease: { generation: 1, bindings: BINDINGS } })
      expect(textOf(await leaseOf(put, {}, cold))).toBe(`sk-${index}`)
    }
    expect(await turn(first)).toMatchObject({ floor: 2, resealed: 0 })
  })

  it('overwrites neither a version destroyed since its page was read, nor one that another replica has sealed', async () => {
    const [destroyed, resealed] = await storedTogether(2)
    if (!resealed) throw new Error('not stored')
    await vault.rotate(destroyed)
    const key = await activeKey(databases.vaultDb, destroyed.organizationId)
    const page = await rotationStore(databases.vaultDb).page(key.ref, undefined, 10)
    expect(page).toHaveLength(2)
    await vault.destroy(destroyed.organizationId, destroyed.secretId, [destroyed.versionId])
    await turn(destroyed, replica())
    const rows = [await rowOf(destroyed).first(), await rowOf(resealed).first()]
    const deps = { ...databases, keys: vault.keys, openVersion: vault.openVersion }
    expect(await resealPage(deps, { ...key, floor: 1 }, page)).toMatchObject({ resealed: 0, unopenable: [] })
    expect([await rowOf(destroyed).first(), await rowOf(resealed).first()]).toEqual(rows)
    expect(rows[0]).toMatchObject({ state: 'destroyed', sealed: null })
  })

  it('writes nothing if the data key was rotated once more since the page was read', async () => {
    const put = await stored()
    await vault.rotate(put)
    const key = await activeKey(databases.vaultDb, put.organizationId)
    const page = await rotationStore(databases.vaultDb).page(key.ref, undefined, 10)
    const deps = { ...databases, keys: vault.keys, openVersion: vault.openVersion }
    await replica().rotate(put)
    expect(await resealPage(deps, key, page)).toMatchObject({ resealed: 0, keyMoved: true })
    expect(await rowOf(put).first()).toMatchObject({ key_version: 1 })
    await turn(put)
    expect(await keyRow(put).first()).toMatchObject({ version: 3, floor: 3 })
  })

  it('is finished by another replica after the process was killed in the middle', async () => {
    const [first, ...rest] = await storedTogether(4)
    await vault.rotate(first)
    const cut = replica()
    let opened = 0
    const plaintext = cut.keys.plaintext
    cut.keys.plaintext = async (ref) => {
      opened += 1
      if (opened > 5) throw new Error('the process was killed')
      return plaintext(ref)
    }
    await expect(turn(first, cut)).rejects.toThrow('killed')
    expect(await keyRow(first).first()).toMatchObject({ version: 2, floor: 1 })
    await replica().tend()
    expect(await keyRow(first).first()).toMatchObject({ version: 2, floor: 2 })
    for (const put of [first, ...rest]) expect(await rowOf(put).first()).toMatchObject({ key_version: 2 })
  })

  it('reports a version that does not open, leaves it unchanged, and does not raise the floor', async () => {
    const [sound, altered] = await storedTogether(2)
    if (!altered) throw new Error('not stored')
    const { sealed } = await rowOf(altered).first()
    sealed[sealed.length - 1] ^= 1
    await rowOf(altered).update({ sealed })
    await vault.rotate(sound)
    const { secretId, versionId } = altered
    expect(await turn(sound)).toMatchObject({
      floor: 1,
      remaining: 1,
      resealed: 1,
      unopenable: [{ secretId, versionId }],
    })
    expect(await rowOf(altered).first()).toMatchObject({ key_version: 1, sealed })
    expect(await keyRow(sound).first()).toMatchObject({ floor: 1 })
    await vault.destroy(altered.organizationId, secretId, [versionId])
    expect(await turn(sound)).toMatchObject({ floor: 2, remaining: 0 })
  })

  it('waits five minutes before the next try if none of the versions left opens', async () => {
    const [sound, altered] = await storedTogether(2)
    if (!altered) throw new Error('not stored')
    const { sealed } = await rowOf(altered).first()
    await rowOf(altered).update({ sealed: Buffer.from('PMAV and nothing else') })
    await vault.rotate(sound)
    const at = replica()
    const round = at.tending()
    const told = () => at.logged.lines().filter(({ versionId }) => versionId === altered.versionId).length
    await round()
    expect(await rowOf(sound).first()).toMatchObject({ key_version: 2 })
    await round()
    at.clock.advance(5 * 60_000 - 1)
    await round()
    expect(told()).toBe(1)
    await rowOf(altered).update({ sealed })
    at.clock.advance(1)
    await round()
    expect(told()).toBe(1)
    expect(await keyRow(sound).first()).toMatchObject({ floor: 2 })
  })

  it('raises the floor even if a version does not open, when the old key may be known', async () => {
    const [sound, altered] = await storedTogether(2)
    if (!altered) throw new Error('not stored')
    await rowOf(altered).update({ sealed: Buffer.from('PMAV and nothing else') })
    await vault.rotate(sound)
    expect(await turn(sound, vault, true)).toMatchObject({ floor: 2, remaining: 1, resealed: 1 })
    expect(textOf(await leaseOf(sound))).toBe('sk-0')
    expect(await leaseOf(altered)).toMatchObject(broken)
  })
})

describe('below the floor', () => {
  it('an old row that is put back does not open, even in a replica with the old key in memory', async () => {
    const put = await stored()
    const before = await rowOf(put).first()
    await vault.rotate(put)
    await turn(put)
    await rowOf(put).update({ sealed: before.sealed, key_version: 1 })
    const ref = { organizationId: put.organizationId, keyId: before.key_id, keyVersion: 1 }
    await expect(vault.keys.plaintext(ref)).resolves.toHaveLength(32)
    expect(await leaseOf(put)).toMatchObject(broken)
    await expect(vault.put(put)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('a value sealed by somebody who knows the old data key does not open', async () => {
    const put = await stored()
    const { ref } = await activeKey(databases.vaultDb, put.organizationId)
    const known = await vault.keys.plaintext(ref)
    const { organizationId, secretId, versionId, generation, purpose, bindings } = put
    const { installationId } = databases
    const context = { installationId, organizationId, secretId, versionId, generation, purpose, bindings }
    const forged = seal({ ...ref, bytes: known }, Buffer.from('sk-of-the-thief'), context)
    await rowOf(put).update({ sealed: forged })
    expect(textOf(await leaseOf(put))).toBe('sk-of-the-thief')
    await vault.rotate(put)
    await turn(put, vault, true)
    await rowOf(put).update({ sealed: forged, key_version: 1 })
    for (const at of [vault, replica()]) expect(await leaseOf(put, {}, at)).toMatchObject(broken)
  })

  it('wrapped bytes are erased a minute after the floor was raised, so that rows read before still open', async () => {
    const put = await stored()
    const cold = replica()
    const row = await rowOf(put).first()
    await vault.rotate(put)
    await turn(put)
    await vault.erase()
    expect((await wrappedOf(put)).map(({ version }) => version)).toEqual([1, 2])
    const ref = { organizationId: put.organizationId, keyId: row.key_id, keyVersion: 1 }
    await expect(cold.keys.plaintext(ref)).resolves.toHaveLength(32)
    await isOver(put)
    await replica().tend()
    expect((await wrappedOf(put)).map(({ version }) => version)).toEqual([2])
    await expect(replica().keys.plaintext(ref)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    expect(await keyRow(put).first()).toMatchObject({ erased: 2 })
  })

  it('the old sealed bytes of the key that signs heads are refused, after the same key was sealed anew', async () => {
    const installation = { organizationId: INSTALLATION_ORGANIZATION }
    const deps = { ...databases, ...vault }
    const sign = signHead({ ...deps, log: vault.logged.log })
    const chain = (name: string) => ({ chain: name, head: Buffer.alloc(32, 7), count: 1, links: [] })
    const first = await sign(chain('audit/a'))
    const before = await databases.tamper('head_key').first()
    const { ref } = await vault.rotate(installation)
    expect(await vault.reencrypt({ ...installation, known: false })).toMatchObject({ floor: ref.keyVersion })
    const after = await databases.tamper('head_key').first()
    expect(after).toEqual({ ...before, key_version: ref.keyVersion, sealed: expect.any(Buffer) })
    expect(await sign(chain('audit/b'))).toMatchObject({ keyId: first.keyId })
    await databases.tamper('head_key').update({ sealed: before.sealed, key_version: before.key_version })
    await expect(sign(chain('audit/c'))).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    await databases.tamper('head_key').update({ sealed: after.sealed, key_version: after.key_version })
  })
})

describe('the floor', () => {
  it('is not raised while a key that signs heads is still sealed under an older version', async () => {
    const installation = { organizationId: INSTALLATION_ORGANIZATION }
    await vault.headKeys.current()
    const { ref } = await vault.rotate(installation)
    const deps = { ...databases, ...vault, log: vault.logged.log }
    const turnWith = (headKeys: Pick<VaultCore['headKeys'], 'reseal'>) =>
      reencryptSecrets({ ...deps, headKeys })({ ...installation, known: true })
    const { floor } = await turnWith({ reseal: async () => undefined })
    expect(floor).toBeLessThan(ref.keyVersion)
    expect((await turnWith(vault.headKeys)).floor).toBe(ref.keyVersion)
  })
})

describe('two replicas, while one rotates and both seal anew', () => {
  it('serve every lease and every put, and leave no version below the floor', async () => {
    const puts = await storedTogether(12)
    const [first] = puts
    const other = replica()
    const [sideA, sideB] = [vault, other]
    let ended = false
    const leases = [sideA, sideB].map(async (at) => {
      let count = 0
      for (; !ended; count += 1) {
        const put = puts[count % puts.length] ?? first
        const grant = await grantFor([put], {}, signer, at)
        const [outcome] = await at.lease({ grant, versionIds: [put.versionId], peer: PROXY })
        expect(textOf(outcome)).toBe(`sk-${count % puts.length}`)
      }
      return count
    })
    const writes = [sideA, sideB].map(async (at) => {
      let count = 0
      for (; !ended; count += 1) {
        const put = aPut({ organizationId: first.organizationId })
        await at.put(put)
        // Destroys the older ones, so that the amount to be sealed anew does not grow.
        if (count > 5) await at.destroy(put.organizationId, put.secretId, [put.versionId])
      }
      return count
    })
    for (let round = 0; round < 4; round += 1) {
      await sideA.rotate(first)
      await Promise.all([turn(first, sideA), turn(first, sideB)])
    }
    ended = true
    const counts = await Promise.all([...leases, ...writes])
    expect(counts.every((count) => count > 0)).toBe(true)
    const { version } = await keyRow(first).first()
    expect(await turn(first)).toMatchObject({ version, floor: version, remaining: 0, unopenable: [] })
    const below = await databases
      .tamper('versions')
      .where({ organization_id: first.organizationId, state: 'stored' })
      .where('key_version', '<', version)
    expect(below).toEqual([])
    const cold = replica()
    for (const [index, put] of puts.entries()) expect(textOf(await leaseOf(put, {}, cold))).toBe(`sk-${index}`)
  }, 20_000)

  it('make a writer that comes after a waiting rotation wait for it and read the new key version', async () => {
    const put = await stored()
    const waiting = async (): Promise<number> => {
      const { rows } = await databases.tamper.raw(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
      return rows.length
    }
    const early = await databases.vaultDb.transaction()
    try {
      expect(await dataKeyStore(early).currentForShare(put.organizationId)).toMatchObject({ ref: { keyVersion: 1 } })
      const rotated = vault.rotate(put)
      await until(async () => (await waiting()) === 1 || undefined)
      let isRead = false
      const late = databases.vaultDb.transaction(async (trx) => {
        const read = await dataKeyStore(trx).currentForShare(put.organizationId)
        isRead = true
        return read
      })
      await until(async () => isRead || (await waiting()) === 2 || undefined)
      await early.commit()
      expect(await late).toMatchObject({ ref: { keyVersion: 2 } })
      expect(await rotated).toMatchObject({ made: true })
    } finally {
      if (!early.isCompleted()) await early.rollback()
    }
  })

  it('store a put under the new version if the key is rotated after the writer has read its version', async () => {
    const put = await stored()
    const slow = replica()
    // The slow replica has asked which version seals; before it seals, the other one rotates and raises the floor.
    const plaintext = slow.keys.plaintext
    let raced = false
    slow.keys.plaintext = async (ref) => {
      const bytes = await plaintext(ref)
      if (!raced) {
        raced = true
        await vault.rotate(put)
        await turn(put)
      }
      return bytes
    }
    const next = nextPut(put)
    await slow.put(next)
    expect(raced).toBe(true)
    expect(await rowOf(next).first()).toMatchObject({ key_version: 2 })
    expect(await keyRow(put).first()).toMatchObject({ version: 2, floor: 2 })
    expect(textOf(await leaseOf(next))).toBe('sk-next')
  })
})
