import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { decodeProtectedHeader } from 'jose'
import { systemActor } from '../audit/audit-entry.js'
import { tellRotated } from '../commands/run-rotate-signing-keys.js'
import { recordSync } from '../feed/registry.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { type MemoryVault, memoryVault } from '../test/memory-vault.js'
import { migratedDatabase } from '../test/migrated-database.js'
import { ensureSigningKey } from './ensure-signing-key.js'
import { createHeldKeys } from './held-keys.js'
import { rotateAllKeys } from './rotate-all-keys.js'
import { rotateSigningKey } from './rotate-signing-key.js'
import { type KeyUse, signingKeyInForce, signingKeys } from './signing-key-rows.js'
import { tendSigningKeys } from './tend-signing-keys.js'

const OPERATOR = systemActor('operator')
const log = createLogger('test', 'silent')

const { db } = await startForAllTests(migratedDatabase)

let vault: MemoryVault
/** Called at each pause of a waiting writer. */
let inPause: () => Promise<void> | void
beforeEach(async () => {
  await db('signing_keys').delete()
  await db('proxies').delete()
  vault = memoryVault()
  inPause = () => {
    throw new Error('it waits, and nobody was there')
  }
})

const waitUntilSeen = createWaitUntilSeenWith(() => inPause())
function createWaitUntilSeenWith(pause: () => Promise<void> | void) {
  const late = () => createWaitUntilSeen({ db, clock: manualClock(), sleep: async () => pause() })
  return { seen: (number: number) => late().seen(number), everything: () => late().everything() }
}

const deps = () => ({ db, vault, log, waitUntilSeen })
const rotate = (use: KeyUse, seen: string | undefined, now = false) =>
  rotateSigningKey(deps(), OPERATOR, { use, seen, now })
const tend = (keyDaysMax = 90) => tendSigningKeys({ ...deps(), keyDaysMax })
const stateOf = async (id: string): Promise<string> => (await db('signing_keys').where({ id }).first()).state
const feedOf = async (id: string): Promise<number[]> =>
  (await db('feed').where({ kind: 'signing-key', id }).orderBy('number')).map(({ generation }) => Number(generation))
const auditOf = async (targetId: string): Promise<string[]> =>
  (await db('audit').where('target_id', targetId).orderBy('id')).map(({ event }) => event)
const isOver = (id: string) =>
  db('signing_keys')
    .where({ id })
    .update({ retire_at: db.raw('clock_timestamp()') })
const heldKeys = async () => {
  const keys = createHeldKeys({ db, vault, clock: manualClock(), log })
  await keys.tend()
  return keys
}

describe('a rotation', () => {
  it.each(['session', 'grant'] as const)(
    'of the %s key takes effect with its commit: a management that was not told signs with the new key at once',
    async (use) => {
      const old = await ensureSigningKey(deps(), use)
      const other = await heldKeys()
      const { key, made } = await rotate(use, old.id)
      expect(made).toBe(true)
      const jws = await other.sign(await signingKeyInForce(db, use), 't', {})
      expect(decodeProtectedHeader(jws).kid).toBe(key.id)
      expect(await stateOf(old.id)).toBe('outgoing')
    },
  )

  it.each([
    ['session', 660_000],
    ['grant', 360_000],
  ] as const)(
    'leaves the old %s key verifying for the longest life of what it signed, plus a minute',
    async (use, lifeMs) => {
      const old = await ensureSigningKey(deps(), use)
      await rotate(use, old.id)
      const { rows } = await db.raw(
        `SELECT (extract(epoch FROM retire_at - clock_timestamp()) * 1000)::float8 AS left FROM signing_keys WHERE id = ?`,
        [old.id],
      )
      expect(rows[0].left).toBeLessThanOrEqual(lifeMs)
      expect(rows[0].left).toBeGreaterThan(lifeMs - 30_000)
      await tend()
      expect([await stateOf(old.id), vault.stateOf(old.id)]).toEqual(['outgoing', 'stored'])
    },
  )

  it('withdraws the old key at its end: feed row, destruction at the vault, rows in the audit trail', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    const { key } = await rotate('grant', old.id)
    await isOver(old.id)
    await tend()
    await tend()
    expect([await stateOf(old.id), vault.stateOf(old.id)]).toEqual(['retired', 'destroyed'])
    expect(await feedOf(old.id)).toEqual([1, 2])
    expect(await auditOf(old.id)).toEqual(['signing-key.created', 'signing-key.withdrawn', 'signing-key.destroyed'])
    expect(await auditOf(key.id)).toEqual(['signing-key.rotated'])
    expect([await stateOf(key.id), vault.stateOf(key.id)]).toEqual(['active', 'stored'])
  })

  it('raises the generation of the old session key with a feed row, and writes one for the new key', async () => {
    const old = await ensureSigningKey(deps(), 'session')
    const { key } = await rotate('session', old.id)
    expect([await feedOf(old.id), await feedOf(key.id)]).toEqual([[1, 2], [1]])
    expect((await signingKeys(db, 'session', ['outgoing']))[0]).toMatchObject({ id: old.id, generation: 2 })
  })

  it('waits until every proxy has applied it', async () => {
    const old = await ensureSigningKey(deps(), 'session')
    const proxy = await aProxy()
    const pauses = proxy.appliesAfter(3)
    expect((await rotate('session', old.id)).inForce.by).toBe('applied')
    expect(pauses()).toBe(3)
  })

  it('makes one new key however often it is begun at the same time', async () => {
    const old = await ensureSigningKey(deps(), 'session')
    const all = await Promise.all(Array.from({ length: 4 }, () => rotate('session', old.id)))
    expect(new Set(all.map(({ key }) => key.id)).size).toBe(1)
    expect(all.filter(({ made }) => made)).toHaveLength(1)
    expect(await db('signing_keys').where({ use: 'session' })).toHaveLength(2)
  })

  it('comes by itself once the key is older than its greatest age, and not before', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    await ensureSigningKey(deps(), 'session')
    const since = (days: number) =>
      db('signing_keys')
        .where({ id: old.id })
        .update({ activated_at: db.raw(`now() - make_interval(days => ?)`, [days]) })
    await since(29)
    await tend(30)
    expect(await stateOf(old.id)).toBe('active')
    await since(31)
    await Promise.all([tend(30), tend(30)])
    await tend(30)
    expect(await stateOf(old.id)).toBe('outgoing')
    expect(await db('signing_keys').where({ use: 'grant' })).toHaveLength(2)
    expect(await db('signing_keys').where({ use: 'session' })).toHaveLength(1)
  })
})

describe('a rotation that fails', () => {
  it.each([false, true])(
    'while the vault is away leaves everything as it was, and succeeds when it is back (now: %s)',
    async (now) => {
      const old = await ensureSigningKey(deps(), 'session')
      vault.setAway(true)
      await expect(rotate('session', old.id, now)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect((await signingKeyInForce(db, 'session')).id).toBe(old.id)
      expect(await feedOf(old.id)).toEqual([1])
      vault.setAway(false)
      expect((await rotate('session', old.id, now)).made).toBe(true)
    },
  )

  it('between the vault and the commit is continued by the next one with the same pending key', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    vault.failNext('putSecret', 'after')
    await expect(rotate('grant', old.id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const [left] = await signingKeys(db, 'grant', ['pending'])
    expect((await rotate('grant', old.id)).key.id).toBe(left?.id)
  })

  it('leaves a pending key that an emergency rotation destroys and does not use', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    vault.failNext('putSecret', 'after')
    await expect(rotate('grant', old.id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const [left] = await signingKeys(db, 'grant', ['pending'])
    const { key } = await rotate('grant', old.id, true)
    expect(key.id).not.toBe(left?.id)
    expect(vault.stateOf(left?.id ?? '')).toBe('destroyed')
  })

  it.each(['before', 'after'] as const)(
    'is given up after 30 s, and its pending key is closed or destroyed at the vault (failed %s the put)',
    async (when) => {
      const old = await ensureSigningKey(deps(), 'session')
      vault.failNext('putSecret', when)
      await expect(rotate('session', old.id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      const [left] = await signingKeys(db, 'session', ['pending'])
      const id = left?.id ?? ''
      await tend()
      expect(await stateOf(id)).toBe('pending')
      await db('signing_keys')
        .where({ id })
        .update({ created_at: db.raw(`now() - interval '31 seconds'`) })
      await tend()
      expect([await stateOf(id), vault.stateOf(id)]).toEqual(['retired', when === 'before' ? 'closed' : 'destroyed'])
      expect((await signingKeyInForce(db, 'session')).id).toBe(old.id)
    },
  )
})

describe('an emergency rotation', () => {
  it('withdraws the key that signs and those that still verify, and destroys them at the vault', async () => {
    const first = await ensureSigningKey(deps(), 'grant')
    const second = (await rotate('grant', first.id)).key
    const { key, withdrawn } = await rotate('grant', second.id, true)
    expect([...withdrawn].sort()).toEqual([first.id, second.id].sort())
    for (const { id } of [first, second])
      expect([await stateOf(id), vault.stateOf(id), (await feedOf(id)).at(-1)]).toEqual(['retired', 'destroyed', 2])
    expect((await signingKeyInForce(db, 'grant')).id).toBe(key.id)
  })

  it('destroys the old key at the vault before it waits for the proxies, and answers after both', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    const proxy = await aProxy()
    const pauses = proxy.appliesAfter(2, () => expect(vault.stateOf(old.id)).toBe('destroyed'))
    expect((await rotate('grant', old.id, true)).inForce.by).toBe('applied')
    expect(pauses()).toBe(2)
  })

  it('withdraws the old key also when a planned rotation runs at the same time, and both use one new key', async () => {
    const leaked = await ensureSigningKey(deps(), 'session')
    const [planned, urgent] = await Promise.all([rotate('session', leaked.id), rotate('session', leaked.id, true)])
    expect(planned.key.id).toBe(urgent.key.id)
    expect([await stateOf(leaked.id), vault.stateOf(leaked.id)]).toEqual(['retired', 'destroyed'])
  })

  it('fails with UNAVAILABLE while the vault keeps the old key, and a later run destroys that key', async () => {
    const old = await ensureSigningKey(deps(), 'grant')
    vault.failNext('destroyVersions', 'before')
    await expect(rotate('grant', old.id, true)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect([await stateOf(old.id), vault.stateOf(old.id)]).toEqual(['retired', 'stored'])
    await tend()
    expect(vault.stateOf(old.id)).toBe('destroyed')
  })

  it.each(['outgoing', 'retired'])(
    'destroys every key but the one that the vault refuses, and names that one (it is %s)',
    async (state) => {
      const old = await ensureSigningKey(deps(), 'grant')
      await db('signing_keys').insert({
        ...(await db('signing_keys').where({ id: old.id }).first()),
        id: '!\u009b',
        state,
        retire_at: db.fn.now(),
      })
      const all = await rotateAllKeys(deps(), OPERATOR, { now: true })
      expect([await stateOf(old.id), vault.stateOf(old.id)]).toEqual(['retired', 'destroyed'])
      expect(() => tellRotated(all, log)).toThrow('the vault refused to erase !\\u{9b}; the log')
      const { key } = await rotate('grant', (await signingKeyInForce(db, 'grant')).id)
      await db('signing_keys')
        .where({ id: key.id })
        .update({ activated_at: db.raw(`now() - interval '91 days'`) })
      await tend()
      expect(await stateOf(key.id)).toBe('outgoing')
    },
  )

  it('RETRYWAITS: waits for the proxies also when it finds that the key was rotated already', async () => {
    const leaked = await ensureSigningKey(deps(), 'session')
    await rotate('session', leaked.id, true)
    const proxy = await aProxy()
    const pauses = proxy.appliesAfter(2)
    const { made, inForce } = await rotate('session', leaked.id, true)
    expect([made, inForce.by, pauses()]).toEqual([false, 'applied', 2])
  })

  it('exchanges the grant key and the session key by one command', async () => {
    const old = await Promise.all([ensureSigningKey(deps(), 'grant'), ensureSigningKey(deps(), 'session')])
    const all = await rotateAllKeys(deps(), OPERATOR, { now: true })
    expect(all.map(({ key, withdrawn }) => [key.use, withdrawn])).toEqual(old.map(({ use, id }) => [use, [id]]))
  })
})

/** A registered proxy. It applies what the feed has after a given number of the writer's pauses. */
async function aProxy() {
  const bootId = newId('boot')
  const sync = (applied: number) =>
    recordSync(db, { bootId, proof: new Uint8Array(32), spiffeId: 'spiffe://x/proxy', applied, horizonMs: 30_000 })
  await sync(0)
  return {
    appliesAfter(count: number, look: () => void = () => undefined): () => number {
      let pauses = 0
      inPause = async () => {
        pauses += 1
        look()
        if (pauses > count) throw new Error('it waits for ever')
        const row = await db('feed_counter').first<{ value: string }>('value')
        if (pauses === count) await sync(Number(row.value))
      }
      return () => pauses
    },
  }
}
