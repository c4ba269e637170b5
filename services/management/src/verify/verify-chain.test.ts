import { beforeEach, describe, expect, it } from '@jest/globals'
import { rowsRead } from '@protectmyapi/dev-kit/postgres/rows-read'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { headAfter } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import { contentOf } from '../chain/batch-digest.js'
import { batchesAfter, checkpointsBetween } from '../chain/chain-rows.js'
import { readNow } from '../db/read.js'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { lastLineOf, verifyNow } from '../test/verify-now.js'
import { accessLogSource, auditSource } from './chain-source.js'

const harness = await startForAllTests(chainHarness)
const { db } = harness

describe.each(['access-log', 'audit'] as const)('verifying the chain of %s', (kind) => {
  let whose: FurnishedTrail
  beforeEach(async () => {
    whose = await furnishTrail(harness, kind)
  })
  it('reports nothing if nothing was altered, and says through which link the vault has signed the chain', async () => {
    expect(await harness.verdict(whose.source)).toMatchObject({
      ok: true,
      from: 1,
      through: 5,
      entries: kind === 'audit' ? 10 : 15,
      signed: { through: 4 },
      breaks: [],
    })
    expect((await harness.lines(whose.source))[0]).toMatchObject({ type: 'progress', link: 5, of: 5 })
  })

  it('reports the exchange of the heads, or of the links, of two organizations', async () => {
    const other = await furnishTrail(harness, kind)
    for (const name of ['chain_heads', 'chain_batches']) {
      await db(name).where({ chain: whose.chain }).update({ chain: 'x' })
      await db(name).where({ chain: other.chain }).update({ chain: whose.chain })
      await db(name).where({ chain: 'x' }).update({ chain: other.chain })
      for (const { source } of [whose, other])
        expect((await harness.verdict(source)).breaks[0]?.kind).toBe(
          name === 'chain_heads' ? 'head-altered' : 'link-altered',
        )
    }
  })

  it('reports a chain that was written anew and grew on, and the vault does not sign it', async () => {
    const { table, json, batch } = whose
    await db(table)
      .where({ batch })
      .update({ [json]: { forged: true } })
    await db('chain_checkpoints').where({ chain: whose.chain }).delete()
    await writeAnew(db, whose.source)
    await (kind === 'audit' ? harness.audit(whose.organizationId) : harness.log(whose.organizationId))
    await harness.signHeads()
    expect(harness.errors()).toContainEqual(expect.objectContaining({ chain: whose.chain }))
    expect((await harness.verdict(whose.source)).breaks).toMatchObject([{ kind: 'rewritten', link: 4 }])
  })

  it('reports nothing of a deletion after the last signed head if the links were written anew', async () => {
    await db(whose.table)
      .where({ organization_id: whose.organizationId })
      .where('batch', '=', db('chain_batches').where({ chain: whose.chain, number: 5 }).select('batch'))
      .delete()
    await writeAnew(db, whose.source)
    expect(await harness.verdict(whose.source)).toMatchObject({ ok: true, through: 5, signed: { through: 4 } })
    await harness.signHeads()
    expect(await harness.verdict(whose.source)).toMatchObject({ ok: true, signed: { through: 5 } })
  })

  it('reports nothing after a signed head was deleted and the next signing round has stored it again', async () => {
    const newest = db('chain_checkpoints').where({ chain: whose.chain, count: 4 })
    await newest.clone().delete()
    await harness.signHeads()
    expect(await newest.clone().select('previous')).toEqual([{ previous: '2' }])
    expect(await harness.verdict(whose.source)).toMatchObject({ ok: true, signed: { through: 5 } })
  })

  it('fails with UNAVAILABLE while the vault is away', async () => {
    harness.vault.setAway(true)
    await expect(harness.verdict(whose.source)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    harness.vault.setAway(false)
  })
})

describe('verifying a chain', () => {
  it.each([-5, 2_147_483_647])(
    'reports a link that says it has %s entries, even if its head was computed with that number',
    async (entries) => {
      const { source, chain } = await furnishTrail(harness, 'audit')
      const [before, last] = await batchesAfter(readNow(db), chain, { after: 3, through: 5, limit: 2 })
      if (!before || !last) throw new Error('it has five links')
      const head = headAfter({ chain, count: 5, previous: before.head, content: contentOf({ ...last, entries }) })
      await db('chain_batches').where({ chain, number: 5 }).update({ entries, head })
      await db('chain_heads').where({ chain }).update({ head })
      expect(await harness.verdict(source)).toMatchObject({ ok: false, breaks: [{ kind: 'link-altered', link: 5 }] })
    },
  )

  it('reports 20 of 25 breaks, beginning with the first', async () => {
    const organizationId = newId('organization')
    for (let links = 0; links < 25; links += 1) await harness.audit(organizationId, ['secret.created'])
    await db('audit').where({ organization_id: organizationId }).update({ event: 'forged' })
    const { breaks } = await harness.verdict(auditSource(organizationId))
    expect(breaks).toHaveLength(20)
    expect(breaks[0]).toMatchObject({ kind: 'entry-edited', link: 1 })
  })

  it('reads fewer than 50 rows of the audit trail, however many entries other organizations have', async () => {
    const { source } = await furnishTrail(harness, 'audit')
    const trx = await db.transaction()
    try {
      await trx.raw(
        `INSERT INTO audit (id, organization_id, actor_kind, actor_id, event, batch)
         SELECT 'aud_' || n, 'org_else', 'user', 'usr_1', 'a.b', 1000000 + n FROM generate_series(1, 5000) AS n`,
      )
      await trx.raw('ANALYZE audit')
      const verified = async () => expect(await harness.verdict(source, trx)).toMatchObject({ ok: true })
      expect(await rowsRead(trx, 'audit', verified)).toBeLessThan(50)
    } finally {
      await trx.rollback()
    }
  })

  it('covers entries that belong to no organization by the chain of the installation', async () => {
    await harness.audit(null)
    await harness.signHeads()
    const source = auditSource(null)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, through: 1, entries: 2 })
    await db('audit').whereNull('organization_id').update({ actor_id: 'usr_else' })
    expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'entry-edited', link: 1 }])
  })

  it('reports an entry that names the installation as its organization, because no chain would cover it', async () => {
    await db.raw(
      `INSERT INTO audit (id, organization_id, actor_kind, actor_id, event, batch)
       VALUES ('aud_forged', 'org_installation', 'system', 'x', 'a.b', 1)`,
    )
    expect((await harness.verdict(auditSource(null))).breaks).toContainEqual(
      expect.objectContaining({ kind: 'entry-extra', link: null }),
    )
    await db('audit').where({ id: 'aud_forged' }).delete()
  })

  it('reports vault-behind when the vault remembers an older head than the database has', async () => {
    const { source, chain } = await furnishTrail(harness, 'audit')
    const remembered = await harness.vault.describeHead(chain)
    const [last] = await checkpointsBetween(readNow(db), chain, { from: 2, through: 2 })
    const vault = { describeHead: async () => ({ ...remembered, last }) }
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({
      ok: false,
      breaks: [{ kind: 'vault-behind', link: 4 }],
    })
  })

  it('accepts what a replaced key of the vault signed before its end, and nothing signed afterwards', async () => {
    const { source, chain, organizationId } = await furnishTrail(harness, 'audit')
    harness.vault.rotateKey()
    await harness.audit(organizationId)
    await harness.signHeads()
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 6 }, doubtful: null })
    const described = await harness.vault.describeHead(chain)
    const keys = described.keys.map((key) => ({ ...key, untilMs: key.untilMs && key.untilMs - 3_600_000 }))
    const vault = { describeHead: async () => ({ ...described, keys }) }
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({
      ok: false,
      breaks: [
        { kind: 'signature-invalid', link: 2 },
        { kind: 'signature-invalid', link: 4 },
      ],
    })
  })

  it('names links signed since the vault’s key may have leaked, until a new key signs a later head', async () => {
    const { source, organizationId } = await furnishTrail(harness, 'audit')
    const leakedMs = Date.now()
    harness.setVaultClock(leakedMs + 1_000)
    for (let links = 0; links < 2; links += 1) {
      await harness.audit(organizationId)
      await harness.signHeads()
    }
    harness.setVaultClock(leakedMs + 2_000)
    harness.vault.rotateKey(leakedMs)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, doubtful: { from: 6, through: 7 } })
    // A head that only the vault can have signed covers everything before it.
    await harness.audit(organizationId)
    await harness.signHeads()
    harness.setVaultClock(undefined)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 8 }, doubtful: null })
  })

  it('names links as late that were signed hours after their entries, and does not call that a break', async () => {
    const { source, organizationId } = await furnishTrail(harness, 'audit')
    expect(await harness.verdict(source)).toMatchObject({ ok: true, late: null })
    // As after a crash: nobody remembers that it was appended, and it was hidden since.
    harness.setVaultClock(Date.now() + 3 * 3_600_000)
    await harness.signHeads()
    harness.setVaultClock(undefined)
    await harness.audit(organizationId)
    await harness.signHeads()
    const { ok, late } = await harness.verdict(source)
    expect([ok, late]).toMatchObject([true, { from: 5, through: 5 }])
    expect(Math.round((late?.seconds ?? 0) / 3_600)).toBe(3)
  })

  it('stops calling old links doubtful once the vault has signed its remembered head with its new key', async () => {
    const { source } = await furnishTrail(harness, 'audit')
    harness.vault.rotateKey(1)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, doubtful: { from: 2, through: 4 } })
    // The oldest head that is kept here stays as it was signed: the vault's own word counts.
    harness.vault.signAnew()
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 4 }, doubtful: null })
  })

  it('reports signature-invalid when the head that the vault remembers has a wrong signature', async () => {
    const { source, chain } = await furnishTrail(harness, 'audit')
    const described = await harness.vault.describeHead(chain)
    const { last } = described
    if (!last) throw new Error('never signed')
    const signature = Buffer.from(last.signature)
    signature[0] = (signature[0] ?? 0) ^ 1
    const vault = { describeHead: async () => ({ ...described, last: { ...last, signature } }) }
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({
      ok: false,
      breaks: [{ kind: 'signature-invalid', link: 4 }],
    })
  })

  it('reports nothing for an organization without a record', async () => {
    expect(await harness.verdict(accessLogSource(newId('organization'), 90))).toMatchObject({
      ok: true,
      through: 0,
      signed: null,
    })
  })
})
