import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import { newId } from '@protectmyapi/service-kit/ids'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { auditSource, type ChainSource } from '../verify/chain-source.js'
import { buildSigning } from './build-signing.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { signChain } from './sign-chain.js'
import { createUnsignedWatch, tellUnsigned } from './unsigned-watch.js'

const harness = await startForAllTests(chainHarness)
const { db, vault } = harness
const { ownAfterMs, unsignedToldMs } = CHAIN_LIMITS.signing

let organizationId: string
let chain: string
let source: ChainSource
/** One link, and it is signed. */
beforeEach(async () => {
  organizationId = newId('organization')
  chain = `audit/${organizationId}`
  source = auditSource(organizationId)
  await harness.audit(organizationId)
  await harness.signHeads()
})

const head = () => db('chain_heads').where({ chain })
const hide = () => head().update({ unsigned_since: null })
const signedCount = async (): Promise<number | undefined> => (await vault.describeHead(chain)).last?.count
const refusals = (): number =>
  harness.errors().filter((line) => line.chain === chain && String(line.msg).includes('was altered')).length
/** Forges a link and rewrites what follows from it, as a superuser who knows the format would. */
async function forge(number = 2): Promise<void> {
  await db('audit')
    .where({ organization_id: organizationId })
    .where('batch', db('chain_batches').where({ chain, number }).select('batch'))
    .update({ event: 'forged' })
  await writeAnew(db, source)
}
/** A management process, and one link that it appended. */
async function appending() {
  const clock = manualClock(0)
  const management = harness.management(clock)
  await harness.audit(organizationId)
  return { clock, ...management }
}

describe('what a process appended is signed by what it remembers', () => {
  it('in time, though its mark was taken off, and not before its time: it may be another’s turn', async () => {
    const { clock, own } = await appending()
    await hide()
    clock.advance(ownAfterMs)
    await own()
    expect(await signedCount()).toBe(1)
    clock.advance(1)
    await own()
    expect(await signedCount()).toBe(2)
    await forge()
    await hide()
    expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'rewritten', link: 2 }])
  })

  it('once, and then no more is asked about it', async () => {
    const { clock, own, appended } = await appending()
    clock.advance(ownAfterMs + 1)
    await own()
    expect(appended.ages().size).toBe(0)
    const asked = vault.calls('describeHead')
    await own()
    expect(vault.calls('describeHead')).toBe(asked)
  })

  it('or refused, where it was written anew before it was signed, each time, by whoever’s turn it is', async () => {
    const { clock, own, ofAll } = await appending()
    await forge()
    await ofAll()
    expect([await signedCount(), refusals()]).toEqual([1, 1])
    clock.advance(ownAfterMs + 1)
    await own()
    expect([await signedCount(), refusals()]).toEqual([1, 2])
  })

  it('or refused, where it was cut off, and put back altered later', async () => {
    const { clock, own, ofAll } = await appending()
    const [link] = await db('chain_batches').where({ chain, number: 2 })
    const before = await head().first()
    await db('chain_batches').where({ chain, number: 2 }).delete()
    await head().update({
      ...(await db('chain_batches').where({ chain, number: 1 }).first('head')),
      count: 1,
      unsigned_since: null,
    })
    clock.advance(ownAfterMs + 1)
    await own()
    expect([await signedCount(), refusals()]).toEqual([1, 1])
    await db('chain_batches').insert(link)
    await head().update(before)
    await forge()
    await ofAll()
    expect([await signedCount(), refusals()]).toEqual([1, 2])
  })

  it('or refused, where others went on from what stands in its place, even once that is signed', async () => {
    const { clock, own } = await appending()
    await forge()
    // Another process, which knows nothing of link 2.
    harness.management(manualClock(0))
    await harness.audit(organizationId)
    await harness.signHeads()
    expect([await signedCount(), refusals()]).toEqual([3, 0])
    clock.advance(ownAfterMs + 1)
    await own()
    expect(refusals()).toBe(1)
  })

  it('or refused, where it went on itself from what stands in its place, and ever after', async () => {
    const { ofAll } = await appending()
    await harness.audit(organizationId)
    await forge(3)
    await harness.audit(organizationId)
    await ofAll()
    await harness.audit(organizationId)
    await ofAll()
    expect([await signedCount(), refusals()]).toEqual([1, 2])
  })

  it('by another, whose turn it was: then it is compared, and that is all', async () => {
    const { clock, own, appended } = await appending()
    harness.management(manualClock(0))
    await harness.audit(organizationId)
    await harness.signHeads()
    const asked = vault.calls('signHead')
    clock.advance(ownAfterMs + 1)
    await own()
    expect([refusals(), vault.calls('signHead') - asked, appended.ages().size]).toEqual([0, 0, 0])
  })

  it('with what was appended since, of which the first and the last are remembered', async () => {
    const { clock, own, appended } = await appending()
    for (let links = 0; links < 3; links += 1) await harness.audit(organizationId)
    clock.advance(ownAfterMs + 1)
    await own()
    expect([await signedCount(), refusals(), appended.ages().size]).toEqual([5, 0, 0])
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 5 } })
  })

  it('and not in each other’s way: who was slower looks again, and finds its own in what was signed', async () => {
    await harness.audit(organizationId)
    const ours = await head().first('head')
    await harness.audit(organizationId)
    let isFirst = true
    const slow = {
      signHead: vault.signHead,
      async describeHead(of: string) {
        const described = await vault.describeHead(of)
        if (isFirst) await harness.signHeads()
        isFirst = false
        return described
      },
    }
    expect(await signChain({ db, vault: slow }, chain, [{ ...ours, count: 2 }])).toBe(3)
  })
})

describe('what no process remembers', () => {
  it('is signed whatever its mark says, by what the vault has signed', async () => {
    await harness.audit(organizationId)
    await hide()
    await harness.signHeads()
    expect(await signedCount()).toBe(2)
  })

  it('is signed though a signed head was made up for it', async () => {
    await harness.audit(organizationId)
    await db.raw(
      `INSERT INTO chain_checkpoints (chain, count, head, signed_at_ms, signature, key_id)
       SELECT chain, 2, (SELECT head FROM chain_heads WHERE chain = kept.chain), signed_at_ms, signature, key_id
       FROM chain_checkpoints AS kept WHERE chain = ?`,
      [chain],
    )
    await hide()
    await harness.signHeads()
    expect(await signedCount()).toBe(2)
  })
})

describe('a management', () => {
  it('has its own signed while nobody can have the lease, whatever marks say', async () => {
    const clock = manualClock(0)
    const { log } = memoryLog()
    const signing = buildSigning({ db, vault, clock, log })
    await harness.audit(organizationId)
    await db('chain_signer').update({ holder: 'nobody', held_until: db.raw(`now() + interval '4 minutes'`) })
    await hide()
    clock.advance(ownAfterMs + 1)
    signing.start()
    await until(async () => ((await signedCount()) === 2 ? true : undefined))
    await signing.stop()
    await db('chain_signer').update({ held_until: db.raw('now()') })
  })

  it('tells that its own are unsigned for long, whatever marks say', async () => {
    const { clock, appended } = await appending()
    await hide()
    const watch = createUnsignedWatch(db, clock, appended)
    clock.advance(unsignedToldMs)
    expect(await watch.look()).toEqual({ oldestMs: unsignedToldMs, overdue: 0 })
    clock.advance(1)
    expect(await watch.look()).toEqual({ oldestMs: unsignedToldMs + 1, overdue: 1 })
  })

  it('tells so though the tables cannot be read', async () => {
    const { clock, appended } = await appending()
    const gone = connectPostgres({ host: '127.0.0.1', port: 1, database: '', user: '', password: '', poolMax: 1 }, 'x')
    await gone.destroy()
    const { log, lines } = memoryLog()
    clock.advance(unsignedToldMs + 1)
    await expect(tellUnsigned(createUnsignedWatch(gone, clock, appended), log)).rejects.toThrow()
    expect(lines()).toMatchObject([{ level: 'error', msg: 'head unsigned', heads: 1 }])
  })
})
