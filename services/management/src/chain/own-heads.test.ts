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

describe('a link that a process appended and remembers', () => {
  it('is signed by that process when its time has come, not before, even if its unsigned mark was removed', async () => {
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

  it('is signed once, and the vault is not asked about it again', async () => {
    const { clock, own, appended } = await appending()
    clock.advance(ownAfterMs + 1)
    await own()
    expect(appended.ages().size).toBe(0)
    const asked = vault.calls('describeHead')
    await own()
    expect(vault.calls('describeHead')).toBe(asked)
  })

  it('is refused in each round if it was rewritten before it was signed, whoever’s turn it is to sign', async () => {
    const { clock, own, ofAll } = await appending()
    await forge()
    await ofAll()
    expect([await signedCount(), refusals()]).toEqual([1, 1])
    clock.advance(ownAfterMs + 1)
    await own()
    expect([await signedCount(), refusals()]).toEqual([1, 2])
  })

  it('is refused if it was cut off, and again if it is put back altered later', async () => {
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

  it('is refused if others went on from a forged link in its place, even once that one is signed', async () => {
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

  it('is refused in each round if the process itself went on from a forged link in its place', async () => {
    const { ofAll } = await appending()
    await harness.audit(organizationId)
    await forge(3)
    await harness.audit(organizationId)
    await ofAll()
    await harness.audit(organizationId)
    await ofAll()
    expect([await signedCount(), refusals()]).toEqual([1, 2])
  })

  it('is only compared, and not signed again, if another process has signed it', async () => {
    const { clock, own, appended } = await appending()
    harness.management(manualClock(0))
    await harness.audit(organizationId)
    await harness.signHeads()
    const asked = vault.calls('signHead')
    clock.advance(ownAfterMs + 1)
    await own()
    expect([refusals(), vault.calls('signHead') - asked, appended.ages().size]).toEqual([0, 0, 0])
  })

  it('is signed together with the links appended since, and then forgotten', async () => {
    const { clock, own, appended } = await appending()
    for (let links = 0; links < 3; links += 1) await harness.audit(organizationId)
    clock.advance(ownAfterMs + 1)
    await own()
    expect([await signedCount(), refusals(), appended.ages().size]).toEqual([5, 0, 0])
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 5 } })
  })

  it('is found in what was signed if another signer was faster', async () => {
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

describe('a link that no process remembers', () => {
  it('is signed even if its unsigned mark was removed', async () => {
    await harness.audit(organizationId)
    await hide()
    await harness.signHeads()
    expect(await signedCount()).toBe(2)
  })

  it('is signed even if a signed head was forged for it', async () => {
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
  it('signs its own links while nobody can have the signer lease, even if their unsigned marks were removed', async () => {
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

  it('reports that its own links have been unsigned for too long, even if their unsigned marks were removed', async () => {
    const { clock, appended } = await appending()
    await hide()
    const watch = createUnsignedWatch(db, clock, appended)
    clock.advance(unsignedToldMs)
    expect(await watch.look()).toEqual({ oldestMs: unsignedToldMs, overdue: 0 })
    clock.advance(1)
    expect(await watch.look()).toEqual({ oldestMs: unsignedToldMs + 1, overdue: 1 })
  })

  it('reports that its own links have been unsigned for too long, even if the tables cannot be read', async () => {
    const { clock, appended } = await appending()
    const gone = connectPostgres({ host: '127.0.0.1', port: 1, database: '', user: '', password: '', poolMax: 1 }, 'x')
    await gone.destroy()
    const { log, lines } = memoryLog()
    clock.advance(unsignedToldMs + 1)
    await expect(tellUnsigned(createUnsignedWatch(gone, clock, appended), log)).rejects.toThrow()
    expect(lines()).toMatchObject([{ level: 'error', msg: 'head unsigned', heads: 1 }])
  })
})
