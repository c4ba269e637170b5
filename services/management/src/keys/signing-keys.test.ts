import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { compactVerify, importJWK } from 'jose'
import { type MemoryVault, memoryVault } from '../test/memory-vault.js'
import { migratedDatabase } from '../test/migrated-database.js'
import { ensureSigningKey } from './ensure-signing-key.js'
import { createHeldKeys } from './held-keys.js'
import { signingKeys } from './signing-key-rows.js'

const log = createLogger('test', 'silent')
const { db } = await startForAllTests(migratedDatabase)

let vault: MemoryVault
beforeEach(async () => {
  await db('signing_keys').delete()
  vault = memoryVault()
})

const states = async () =>
  (await db('signing_keys').orderBy('id').select('state')).map((row: { state: string }) => row.state)

describe('the first start of management', () => {
  it('makes one key of each use, however many processes of it start at once', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => ensureSigningKey({ db, vault }, 'grant')))
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    expect(vault.calls('putSecret')).toBe(1)
    expect((await ensureSigningKey({ db, vault }, 'session')).id).not.toBe(made[0]?.id)
  })

  it('gives up a pending key that the vault does not have: it is closed there, and another key is made', async () => {
    vault.failNext('putSecret', 'before')
    await expect(ensureSigningKey({ db, vault }, 'grant')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const [left] = await signingKeys(db, 'grant', ['pending'])
    const key = await ensureSigningKey({ db, vault }, 'grant')
    expect(key.id).not.toBe(left?.id)
    expect(vault.stateOf(left?.id ?? '')).toBe('closed')
    expect((await states()).sort()).toEqual(['active', 'retired'])
  })

  it('brings a pending key into force that a process stored at the vault before it failed', async () => {
    vault.failNext('putSecret', 'after')
    await expect(ensureSigningKey({ db, vault }, 'grant')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const [left] = await signingKeys(db, 'grant', ['pending'])
    expect((await ensureSigningKey({ db, vault }, 'grant')).id).toBe(left?.id)
    expect(await states()).toEqual(['active'])
  })
})

describe('held keys', () => {
  it('sign what the published half verifies, under its kid and with the given typ', async () => {
    const keys = createHeldKeys({ db, vault, clock: manualClock(), log })
    await keys.tend()
    const [row] = await signingKeys(db, 'session', ['active'])
    if (!row) throw new Error('no session key')
    const jws = await keys.sign(row, 'a-typ', { iat: 1.5 })
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK({ ...row.publicJwk }), {
      algorithms: ['EdDSA'],
    })
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'a-typ', kid: row.id })
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ iat: 1.5 })
  })

  it('are not ready while the vault is away, get ready when it is back, and are dropped with their lease', async () => {
    const clock = manualClock()
    const keys = createHeldKeys({ db, vault, clock, log })
    vault.setAway(true)
    await keys.tend()
    expect(keys.ready()).toBe(false)
    expect(keys.wereHeld()).toBe(false)
    await expect(keys.sign({ use: 'grant', id: 'ver_any' }, 't', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    vault.setAway(false)
    await keys.tend()
    expect(keys.ready()).toBe(true)
    expect(keys.wereHeld()).toBe(true)
    vault.setAway(true)
    clock.advance(5 * 60_000)
    await keys.tend()
    expect(keys.ready()).toBe(false)
    expect(keys.wereHeld()).toBe(true)
  })

  it('have their leases renewed at half of their life, and not before', async () => {
    const clock = manualClock()
    const keys = createHeldKeys({ db, vault, clock, log })
    await keys.tend()
    const before = vault.calls('leaseOperational')
    clock.advance(60_000)
    await keys.tend()
    expect(vault.calls('leaseOperational')).toBe(before)
    clock.advance(100_000)
    await keys.tend()
    expect(vault.calls('leaseOperational')).toBe(before + 2)
  })
})
