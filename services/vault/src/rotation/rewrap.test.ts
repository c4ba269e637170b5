import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { runRewrapDataKeys } from '../commands/run-rewrap-data-keys.js'
import { type MemoryKeys, memoryKeys } from '../test/memory-keys.js'
import { aPut, vaultCore } from '../test/vault-core.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import type { Put } from '../versions/put-secret.js'
import { rewrapStore } from './rewrap-store.js'
import { ROTATION_LIMITS } from './rotation-limits.js'

const databases = await startForAllTests(createVaultDatabases)
let before = memoryKeys()
let vault = vaultCore(databases, before)

const rowOf = ({ organizationId }: Put) =>
  databases.tamperKeys('wrapped_keys').where({ organization_id: organizationId }).first()
const order = () => databases.tamperKeys('rewrap').first()

async function stored(count: number): Promise<Put[]> {
  const puts = Array.from({ length: count }, () => aPut())
  for (const put of puts) await vault.put(put)
  return puts
}
async function openCold(put: Put, service: MemoryKeys): Promise<Buffer> {
  const { keys } = vaultCore(databases, service)
  return keys.plaintext(await keys.current(put.organizationId))
}
const broken = { code: 'SECRET_DECRYPTION_FAILED' }

/** Alters the wrapped bytes of the first `count` keys. Returns a function that restores them. */
async function breakFirst(count: number): Promise<() => Promise<void>> {
  const rows = await databases.tamperKeys('wrapped_keys').orderBy('key_id').limit(count).select('key_id', 'wrapped')
  const write = async (wrappedOf: (wrapped: Buffer) => Buffer) => {
    for (const row of rows)
      await databases
        .tamperKeys('wrapped_keys')
        .where({ key_id: row.key_id })
        .update({ wrapped: wrappedOf(row.wrapped) })
  }
  await write((wrapped) => wrapped.subarray(1))
  return () => write((wrapped) => wrapped)
}

/** Another master key; a test decides how long each of its wrappings takes. */
function slowKeys(former: MemoryKeys, onRewrap: () => void): MemoryKeys {
  const keys = memoryKeys(former)
  return {
    ...keys,
    async rewrap(...given) {
      onRewrap()
      return keys.rewrap(...given)
    },
  }
}

describe('wrapping data keys anew', () => {
  it('wraps every key under the other master key, after which the former one no longer unwraps them', async () => {
    const puts = await stored(60)
    const was = await Promise.all(puts.slice(0, 5).map((put) => openCold(put, before)))
    const after = memoryKeys(before)
    const changed = vaultCore(databases, after)
    await changed.orderRewrap()
    expect(await changed.rewrap()).toEqual({ masterKey: after.masterKey, rewrapped: 60, remaining: 0, pass: 'ended' })
    expect(await rewrapStore(databases.vaultKeysDb).counts()).toEqual([{ masterKey: after.masterKey, keys: 60 }])
    expect(await order()).toMatchObject({ done_at: expect.any(Date) })
    for (const [index, data] of was.entries()) expect(await openCold(puts[index] ?? aPut(), after)).toEqual(data)
    await expect(openCold(puts[0] ?? aPut(), before)).rejects.toMatchObject(broken)
    expect(await changed.rewrap()).toMatchObject({ rewrapped: 0, remaining: 0 })
    before = after
    vault = changed
  })

  it('continues after an outage in the background where it stopped, and wraps no key twice', async () => {
    await stored(5)
    const after = memoryKeys(before)
    const changed = vaultCore(databases, after)
    const rewrap = after.rewrap
    let calls = 0
    after.rewrap = async (wrapped, context) => {
      calls += 1
      if (calls === 3) after.away = true
      return rewrap(wrapped, context)
    }
    await changed.orderRewrap()
    await expect(changed.rewrap()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const { asked_at: askedAt } = await order()
    after.away = false
    await changed.orderRewrap()
    expect(await order()).toMatchObject({ asked_at: askedAt, done_at: null })
    await changed.tend()
    expect(await order()).toMatchObject({ done_at: expect.any(Date) })
    // None was wrapped twice: the third failed, and was wrapped when the work continued.
    expect(calls).toBe(65 + 1)
    before = after
    vault = changed
  })

  it('wraps the keys once more under the same master key if it is ordered again', async () => {
    const [put = aPut()] = await stored(1)
    const { wrapped } = await rowOf(put)
    await vault.orderRewrap()
    expect((await vault.rewrap()).remaining).toBe(0)
    expect((await rowOf(put)).wrapped.equals(wrapped)).toBe(false)
    expect(await openCold(put, before)).toHaveLength(32)
  })

  it('is not undone by replicas that are configured with another master key than the one ordered', async () => {
    const after = memoryKeys(before)
    const changed = vaultCore(databases, after)
    await changed.orderRewrap()
    const other = vaultCore(databases, before)
    expect(await other.rewrap()).toEqual({ masterKey: before.masterKey, rewrapped: 0, remaining: 0, pass: 'ended' })
    await other.tend()
    expect(other.kms.calls().rewrap).toBe(0)
    expect(await order()).toMatchObject({ master_key: after.masterKey, done_at: null })
    await changed.rewrap()
    before = after
    vault = changed
  })

  it('wraps each key only once when two replicas work at the same time', async () => {
    const [one, other] = [vaultCore(databases, before), vaultCore(databases, before)]
    await one.orderRewrap()
    await Promise.all([one.rewrap(), other.rewrap()])
    const keys = await databases.tamperKeys('wrapped_keys').count<{ count: string }[]>({ count: '*' })
    expect(one.kms.calls().rewrap + other.kms.calls().rewrap).toBe(Number(keys[0]?.count))
  })

  it('does not bring back a data key whose organization is shredded while the key is being wrapped', async () => {
    const [put = aPut()] = await stored(1)
    const after = memoryKeys(before)
    const rewrap = after.rewrap
    after.rewrap = async (wrapped, context) => {
      if (context.organizationId === put.organizationId) await vault.shred(put.organizationId)
      return rewrap(wrapped, context)
    }
    const changed = vaultCore(databases, after)
    await changed.orderRewrap()
    expect((await changed.rewrap()).remaining).toBe(0)
    expect(await rowOf(put)).toBeUndefined()
    before = after
    vault = changed
  })

  it('does not let a slow worker of an earlier order overwrite keys that a later order has wrapped', async () => {
    const [put = aPut()] = await stored(1)
    const slow = memoryKeys(before)
    const latest = memoryKeys(slow)
    const rewrap = slow.rewrap
    let isFirst = true
    slow.rewrap = async (wrapped, context) => {
      const anew = await rewrap(wrapped, context)
      if (isFirst) {
        isFirst = false
        const other = vaultCore(databases, latest)
        await other.orderRewrap()
        expect((await other.rewrap()).remaining).toBe(0)
      }
      return anew
    }
    const changed = vaultCore(databases, slow)
    await changed.orderRewrap()
    await changed.rewrap()
    const counts = await rewrapStore(databases.vaultKeysDb).counts()
    expect(counts.map(({ masterKey }) => masterKey)).toEqual([latest.masterKey])
    expect(await openCold(put, latest)).toHaveLength(32)
    before = latest
    vault = vaultCore(databases, latest)
  })

  it('logs a key that no known master key unwraps, wraps the others, and is not done until that key is mended', async () => {
    const [altered = aPut(), sound = aPut()] = await stored(2)
    const { wrapped } = await rowOf(altered)
    const flipped = Buffer.from(wrapped)
    flipped[20] = (flipped[20] ?? 0) ^ 1
    await rowOf(altered).update({ wrapped: flipped })
    await vault.orderRewrap()
    expect((await vault.rewrap()).remaining).toBe(1)
    expect(vault.logged.lines().filter(({ level }) => level === 'error')).toMatchObject([
      { organizationId: altered.organizationId },
    ])
    expect(await order()).toMatchObject({ done_at: null })
    expect((await rowOf(altered)).wrapped).toEqual(flipped)
    expect(await openCold(sound, before)).toHaveLength(32)
    await rowOf(altered).update({ wrapped })
    expect((await vault.rewrap()).remaining).toBe(0)
  })

  it('skips keys that do not unwrap and reaches all others, even if each turn has time for only one key', async () => {
    const slow = slowKeys(before, () => changed.clock.advance(ROTATION_LIMITS.turnMs))
    const changed = vaultCore(databases, slow)
    const all = await databases.tamperKeys('wrapped_keys').orderBy('key_id').select('key_id')
    const mend = await breakFirst(3)
    await changed.orderRewrap()
    for (const tried of all.keys())
      expect(await changed.rewrap()).toMatchObject({ rewrapped: tried < 3 ? 0 : 1, pass: 'goes on' })
    expect(await changed.rewrap()).toMatchObject({ rewrapped: 0, remaining: 3, pass: 'stuck' })
    await mend()
    await changed.rewrap()
    await changed.rewrap()
    expect(await changed.rewrap()).toMatchObject({ remaining: 0 })
    before = slow
    vault = changed
  })

  it('is not tried again in the background for five minutes if none of the keys left unwraps', async () => {
    const at = vaultCore(databases, before)
    const mend = await breakFirst(1)
    await at.orderRewrap()
    const round = at.tending()
    await round()
    const { rewrap: calls } = at.kms.calls()
    expect(await order()).toMatchObject({ done_at: null })
    at.clock.advance(5 * 60_000 - 1)
    await round()
    expect(at.kms.calls().rewrap).toBe(calls)
    await mend()
    at.clock.advance(1)
    await round()
    expect(at.kms.calls().rewrap).toBe(calls + 1)
    expect(await order()).toMatchObject({ done_at: expect.any(Date) })
  })

  it('by command ends once every key was tried, with an error that counts the keys that do not unwrap', async () => {
    const { vaultTarget, vaultKeysTarget } = databases
    const config = { vaultDb: vaultTarget, vaultKeysDb: vaultKeysTarget, vaultKeysBackupDays: 7 }
    const clock = manualClock()
    const slow = slowKeys(before, () => clock.advance(ROTATION_LIMITS.turnMs))
    const mend = await breakFirst(2)
    const run = () =>
      runRewrapDataKeys(
        { ...config, kms: { kind: 'file', path: '/never/read', otherPaths: [] } },
        { log: memoryLog().log, clock, keys: slow },
      )
    await expect(run()).rejects.toThrow(/^2 data keys do not unwrap/)
    const left = (await rewrapStore(databases.vaultKeysDb).counts()).find(
      ({ masterKey }) => masterKey !== slow.masterKey,
    )
    expect(left).toMatchObject({ keys: 2 })
    await mend()
    await run()
    expect(await rewrapStore(databases.vaultKeysDb).counts()).toMatchObject([{ masterKey: slow.masterKey }])
  })
})
