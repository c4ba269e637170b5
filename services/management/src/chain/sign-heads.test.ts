import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { FIRST_HEAD } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { HEAD_LINKS_MAX } from '../vault/head-witness.js'
import { auditSource } from '../verify/chain-source.js'
import { appendBatches } from './append-batches.js'
import { createAppendedHeads } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { keepCheckpoint } from './chain-rows.js'
import { signerLease } from './signer-lease.js'
import { createUnsignedWatch, tellUnsigned } from './unsigned-watch.js'

const harness = await startForAllTests(chainHarness)
const { db } = harness
const NONE_APPENDED = createAppendedHeads(manualClock(0))

let organizationId: string
let chain: string
beforeEach(async () => {
  organizationId = newId('organization')
  chain = `audit/${organizationId}`
  await harness.audit(organizationId)
})
const signedCounts = async (): Promise<number[]> =>
  (await db('chain_checkpoints').where({ chain }).orderBy('count').pluck('count')).map(Number)
const unsigned = (): Promise<string[]> => db('chain_heads').whereNotNull('unsigned_since').pluck('chain')

describe('a round of signing', () => {
  it('has each head signed that has moved, and no other, and stores the signatures', async () => {
    await harness.log(organizationId)
    await harness.signHeads()
    expect(await unsigned()).toEqual([])
    const asked = harness.vault.calls('signHead')
    await harness.audit(organizationId)
    await harness.signHeads()
    expect(await signedCounts()).toEqual([1, 2])
    expect(harness.vault.calls('signHead')).toBe(asked + 1)
  })

  it('is made up for by the next round if the vault was away or its answer was lost, with the first signature', async () => {
    harness.vault.setAway(true)
    await expect(harness.signHeads()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    harness.vault.setAway(false)
    expect(await unsigned()).toEqual([chain])
    harness.vault.failNext('signHead', 'after')
    await expect(harness.signHeads()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const { last } = await harness.vault.describeHead(chain)
    expect(await signedCounts()).toEqual([])
    await harness.signHeads()
    expect(await db('chain_checkpoints').where({ chain }).pluck('signature')).toEqual([last?.signature])
  })

  it('stores the signature whose answer was lost, even if the head has moved since', async () => {
    harness.vault.failNext('signHead', 'after')
    await expect(harness.signHeads()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await harness.audit(organizationId)
    await harness.signHeads()
    // The head whose answer was lost, from the vault's memory.
    expect(await signedCounts()).toEqual([1, 2])
    expect(await unsigned()).toEqual([])
  })

  it('stores no signed head from the vault’s memory that a restored chain does not contain', async () => {
    await harness.signHeads()
    const before = await db('chain_heads').where({ chain }).first()
    await harness.audit(organizationId)
    await harness.signHeads()
    // As after a restore from a backup.
    await db('chain_heads').where({ chain }).update(before)
    for (const [table, column] of [
      ['chain_batches', 'number'],
      ['chain_checkpoints', 'count'],
    ] as const)
      await db(table).where({ chain }).where(column, '>', 1).delete()
    await harness.audit(organizationId)
    await harness.signHeads()
    expect(await signedCounts()).toEqual([1])
    await db('chain_heads').where({ chain }).delete()
  })

  it('stores no signed head that covers fewer links than one already stored', async () => {
    await harness.signHeads()
    await harness.audit(organizationId)
    await harness.audit(organizationId)
    await harness.signHeads()
    const { head } = await db('chain_batches').where({ chain, number: 2 }).first()
    await keepCheckpoint(db, chain, { count: 2, head, signedAtMs: 1, signature: Buffer.alloc(64), keyId: 'key_1' })
    expect(await signedCounts()).toEqual([1, 3])
  })

  it('reports an altered chain as an error, leaves it unsigned, and signs the others', async () => {
    await harness.signHeads()
    await db('audit').where({ organization_id: organizationId }).update({ event: 'forged' })
    await writeAnew(db, auditSource(organizationId))
    await harness.audit(organizationId)
    const other = newId('organization')
    await harness.audit(other)
    await harness.signHeads()
    expect(await unsigned()).toEqual([chain])
    expect(harness.errors()).toContainEqual(
      expect.objectContaining({ chain, count: 2, msg: expect.stringContaining('its chain was altered') }),
    )
    expect(await db('chain_checkpoints').where({ chain: `audit/${other}` })).toHaveLength(1)
    await db('chain_heads').where({ chain }).delete()
  })

  it('is repeated until all links are signed if a chain has more than HEAD_LINKS_MAX new ones', async () => {
    await harness.signHeads()
    const batches = Array.from({ length: HEAD_LINKS_MAX + 5 }, (_, index) => ({
      chain,
      batch: String(50_000_000 + index),
      day: '2026-01-01',
      texts: ['x'],
    }))
    await db.transaction((trx) => appendBatches(trx, batches))
    await harness.signHeads()
    expect(await signedCounts()).toEqual([1, HEAD_LINKS_MAX + 1])
    expect(await unsigned()).toEqual([chain])
    await harness.signHeads()
    expect(await signedCounts()).toEqual([1, HEAD_LINKS_MAX + 1, HEAD_LINKS_MAX + 6])
  })
})

describe('the signer lease', () => {
  it('is held by one management at a time, and goes to another once it was given back or has run out', async () => {
    const [one, other] = [signerLease(db, 'boot_1'), signerLease(db, 'boot_2')]
    expect([await one.take(), await other.take(), await one.take()]).toEqual([true, false, true])
    await one.giveBack()
    expect([await other.take(), await one.take()]).toEqual([true, false])
    await db('chain_signer').update({ held_until: db.raw(`clock_timestamp() - interval '1 second'`) })
    expect(await one.take()).toBe(true)
  })
})

describe('a head that stays unsigned', () => {
  const { unsignedToldMs } = CHAIN_LIMITS.signing
  /** This one alone. */
  beforeEach(async () => {
    await harness.signHeads()
    await harness.audit(organizationId)
  })

  it('raises an alarm after some minutes and not before, even if it moves on meanwhile', async () => {
    const { log, lines } = memoryLog()
    const clock = manualClock(0)
    const watch = createUnsignedWatch(db, clock, NONE_APPENDED)
    await tellUnsigned(watch, log)
    clock.advance(unsignedToldMs)
    await tellUnsigned(watch, log)
    expect(lines()).toEqual([])
    clock.advance(1)
    // A head that moves on does not become younger by that.
    await harness.audit(organizationId)
    await tellUnsigned(watch, log)
    expect(lines()).toMatchObject([{ level: 'error', msg: 'head unsigned', heads: 1, oldestMs: unsignedToldMs + 1 }])
    await harness.signHeads()
    await tellUnsigned(watch, log)
    expect(lines()).toHaveLength(1)
  })

  it('raises no alarm if it was signed meanwhile and has moved again', async () => {
    const clock = manualClock(0)
    const watch = createUnsignedWatch(db, clock, NONE_APPENDED)
    expect(await watch.look()).toEqual({ oldestMs: 0, overdue: 0 })
    await harness.signHeads()
    await harness.audit(organizationId)
    clock.advance(unsignedToldMs + 1)
    expect(await watch.look()).toEqual({ oldestMs: 0, overdue: 0 })
    await harness.signHeads()
  })

  it('raises an alarm even if its row says otherwise, because the time is not taken from the table', async () => {
    const clock = manualClock(0)
    const watch = createUnsignedWatch(db, clock, NONE_APPENDED)
    await watch.look()
    clock.advance(unsignedToldMs + 1)
    await db('chain_heads').where({ chain }).update({ unsigned_since: 'infinity' })
    expect(await watch.look()).toEqual({ oldestMs: unsignedToldMs + 1, overdue: 1 })
    await harness.signHeads()
  })
})

describe('a chain', () => {
  it('begins with the fixed first head', async () => {
    const [row] = await db
      .raw('INSERT INTO chain_heads (chain) VALUES (?) RETURNING head', ['empty'])
      .then(({ rows }) => rows)
    expect(row.head.equals(FIRST_HEAD)).toBe(true)
    await db('chain_heads').where({ chain: 'empty' }).delete()
  })
})
