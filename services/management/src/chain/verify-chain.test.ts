import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { type ChainHarness, chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { checkpointsBetween } from './chain-rows.js'
import { accessLogSource, auditSource, type ChainSource } from './chain-source.js'
import { verifyChain } from './verify-chain.js'

let harness: ChainHarness
let db: Knex
beforeAll(async () => {
  harness = await chainHarness()
  db = harness.db
})
afterAll(() => harness.close())

interface Whose {
  readonly organizationId: string
  readonly chain: string
  /** Of link 2, which is signed. */
  readonly batch: string
  readonly source: ChainSource
}

/** Four links that are signed, and a fifth that is not yet. */
async function furnished(kind: 'access-log' | 'audit', organizationId: string = newId('organization')): Promise<Whose> {
  const append = () => (kind === 'audit' ? harness.audit(organizationId) : harness.log(organizationId))
  for (const isSigned of [false, true, false, true, undefined]) {
    await append()
    if (isSigned) await harness.signHeads()
  }
  const source = kind === 'audit' ? auditSource(db, organizationId) : accessLogSource(db, organizationId, 90)
  const { chain } = source
  const { batch } = await db('chain_batches').where({ chain, number: 2 }).first()
  return { organizationId, chain, batch, source }
}

describe.each(['access-log', 'audit'] as const)('verifying the chain of %s', (kind) => {
  const table = kind === 'audit' ? 'audit' : 'access_log'
  const column = kind === 'audit' ? 'details' : 'entry'
  let whose: Whose
  beforeEach(async () => {
    whose = await furnished(kind)
  })
  const entries = ({ organizationId, batch }: Whose) => db(table).where({ organization_id: organizationId, batch })
  const oneOf = (of: Whose) => {
    const one = kind === 'audit' ? ['id'] : ['boot_id', 'sequence']
    return entries(of).whereIn(one, entries(of).orderBy(one).limit(1).select(one))
  }
  const inRow = (number: number) => db('chain_batches').where({ chain: whose.chain, number })

  it('finds nothing where nothing was altered, and says through where the vault vouches for it', async () => {
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

  /** What a superuser of the database does, and what is found of it. */
  it.each<[string, (of: Whose) => Promise<unknown>, string, number | null]>([
    ['edits an entry', (of) => oneOf(of).update({ [column]: { forged: true } }), 'entry-edited', 2],
    [
      'adds a member to an entry',
      (of) => oneOf(of).update({ [column]: db.raw(`?? || '{"x": null}'`, [column]) }),
      'entry-edited',
      2,
    ],
    [
      'changes the time of an entry by a microsecond',
      (of) => oneOf(of).update({ at: db.raw(`at + interval '1 microsecond'`) }),
      'entry-edited',
      2,
    ],
    [
      'marks a head as signed that is not, so that nobody has it signed',
      ({ chain }) => db('chain_heads').where({ chain }).update({ unsigned_since: null }),
      'head-altered',
      5,
    ],
    ['deletes an entry', (of) => oneOf(of).delete(), 'entry-missing', 2],
    ['deletes all entries of a link', (of) => entries(of).delete(), 'entry-missing', 2],
    [
      'gives an entry to another organization',
      (of) => oneOf(of).update({ organization_id: 'org_else' }),
      'entry-missing',
      2,
    ],
    [
      'moves an entry to a batch that there is not',
      (of) => oneOf(of).update({ batch: 99_000_000 }),
      'entry-missing',
      2,
    ],
    [
      'deletes a link and its entries',
      async (of) => {
        await entries(of).delete()
        await inRow(2).delete()
      },
      'link-missing',
      2,
    ],
    ['deletes the first link', () => inRow(1).delete(), 'link-missing', 1],
    ['edits what a link says of its entries', () => inRow(2).update({ entries: 7 }), 'link-altered', 2],
    [
      'exchanges two links',
      async () => {
        await inRow(2).update({ number: 1_002 })
        await inRow(3).update({ number: 2 })
        await inRow(1_002).update({ number: 3 })
      },
      'link-reordered',
      2,
    ],
    [
      'exchanges what two links hold',
      async () => {
        const [two, three] = [await inRow(2).first(), await inRow(3).first()]
        const held = ({ batch, day, entries, digest }: typeof two) => ({ batch, day, entries, digest })
        await inRow(2).update({ ...held(two), batch: 99_000_001 })
        await inRow(3).update(held(two))
        await inRow(2).update(held(three))
      },
      'link-reordered',
      2,
    ],
    [
      'cuts the end off, and the head with it',
      async (of) => {
        const { head } = await inRow(2).first()
        await db('chain_batches').where({ chain: of.chain }).where('number', '>', 2).delete()
        await db('chain_heads').where({ chain: of.chain }).update({ count: 2, head })
      },
      'truncated',
      2,
    ],
    [
      'cuts the end off, and leaves the head',
      async (of) => {
        await db('chain_batches').where({ chain: of.chain }).where('number', '>', 2).delete()
      },
      'link-missing',
      3,
    ],
    [
      'removes the whole chain',
      async (of) => {
        for (const name of ['chain_batches', 'chain_heads', 'chain_checkpoints'])
          await db(name).where({ chain: of.chain }).delete()
        await db(table).where({ organization_id: of.organizationId }).delete()
      },
      'truncated',
      0,
    ],
    [
      'alters the head',
      (of) =>
        db('chain_heads')
          .where({ chain: of.chain })
          .update({ head: Buffer.alloc(32, 1) }),
      'head-altered',
      5,
    ],
    [
      'edits an entry and writes the whole chain anew',
      async (of) => {
        await oneOf(of).update({ [column]: { forged: true } })
        await writeAnew(db, of.source)
      },
      'rewritten',
      2,
    ],
    [
      'does so, and removes the signed heads',
      async (of) => {
        await oneOf(of).delete()
        await writeAnew(db, of.source)
        await db('chain_checkpoints').where({ chain: of.chain }).delete()
      },
      'rewritten',
      4,
    ],
    [
      'forges a signed head',
      async (of) => {
        await db('chain_checkpoints')
          .where({ chain: of.chain, count: 2 })
          .update({ signature: Buffer.alloc(64) })
      },
      'signature-invalid',
      2,
    ],
    [
      'calls a signed head younger than it is',
      async (of) => {
        await db('chain_checkpoints').where({ chain: of.chain, count: 2 }).increment('signed_at_ms', 1_000)
      },
      'signature-invalid',
      2,
    ],
    [
      'appends a link that no head counts',
      (of) =>
        db.raw(
          `INSERT INTO chain_batches SELECT chain, number + 100, 99000002, day, entries, digest, head FROM chain_batches
         WHERE chain = ? AND number = 5`,
          [of.chain],
        ),
      'link-extra',
      105,
    ],
  ])('finds it when somebody %s', async (_what, attack, kindFound, link) => {
    await attack(whose)
    const verdict = await harness.verdict(whose.source)
    expect(verdict.ok).toBe(false)
    expect(verdict.breaks[0]).toMatchObject({ kind: kindFound, link })
  })

  it('finds an entry that was inserted: into a batch that there is, into none, and into one without a link', async () => {
    const columns = Object.keys(await oneOf(whose).first())
    const copyInto = (batch: string | number | null, place: number) => {
      const changes: Record<string, unknown> = {
        batch,
        ...(kind === 'audit' ? { id: `aud_${place}` } : { sequence: place }),
      }
      const chosen = columns.map((name) => (name in changes ? '?' : `"${name}"`)).join()
      const values = columns.filter((name) => name in changes).map((name) => changes[name])
      return db.raw(
        `INSERT INTO ${table} SELECT ${chosen} FROM ${table} WHERE organization_id = ? AND batch = ? LIMIT 1`,
        [...(values as string[]), whose.organizationId, whose.batch],
      )
    }
    await copyInto(whose.batch, 9_001)
    expect((await harness.verdict(whose.source)).breaks).toMatchObject([{ kind: 'entry-extra', link: 2 }])
    await copyInto(99_000_003, 9_002)
    await copyInto(-1, 9_003)
    await db.raw(`ALTER TABLE ${table} ALTER COLUMN batch DROP NOT NULL`)
    await copyInto(null, 9_004)
    const { breaks } = await harness.verdict(whose.source)
    expect(breaks.map(({ kind: found, link }) => [found, link])).toEqual([
      ['entry-extra', 2],
      ['entry-extra', null],
      ['entry-extra', null],
      ['entry-extra', null],
    ])
  })

  it('finds the heads and the links of two organizations exchanged', async () => {
    const other = await furnished(kind)
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

  it('cannot be fooled by a chain that was written anew, grew on and came to the vault: it is not signed', async () => {
    await oneOf(whose).update({ [column]: { forged: true } })
    await db('chain_checkpoints').where({ chain: whose.chain }).delete()
    await writeAnew(db, whose.source)
    await (kind === 'audit' ? harness.audit(whose.organizationId) : harness.log(whose.organizationId))
    await harness.signHeads()
    expect(harness.errors()).toContainEqual(expect.objectContaining({ chain: whose.chain }))
    expect((await harness.verdict(whose.source)).breaks).toMatchObject([{ kind: 'rewritten', link: 4 }])
  })

  it('says nothing of what is younger than the last signed head, as the documents do', async () => {
    await db(table)
      .where({ organization_id: whose.organizationId })
      .where('batch', '=', db('chain_batches').where({ chain: whose.chain, number: 5 }).select('batch'))
      .delete()
    await writeAnew(db, whose.source)
    expect(await harness.verdict(whose.source)).toMatchObject({ ok: true, through: 5, signed: { through: 4 } })
    await harness.signHeads()
    expect(await harness.verdict(whose.source)).toMatchObject({ ok: true, signed: { through: 5 } })
  })

  it('is no verdict where the vault is away', async () => {
    harness.vault.setAway(true)
    await expect(harness.verdict(whose.source)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    harness.vault.setAway(false)
  })
})

describe('verifying', () => {
  it('names the first of many breaks, and holds no more', async () => {
    const organizationId = newId('organization')
    for (let links = 0; links < 25; links += 1) await harness.audit(organizationId, ['secret.created'])
    await db('audit').where({ organization_id: organizationId }).update({ event: 'forged' })
    const { breaks } = await harness.verdict(auditSource(db, organizationId))
    expect(breaks).toHaveLength(20)
    expect(breaks[0]).toMatchObject({ kind: 'entry-edited', link: 1 })
  })

  it('covers what belongs to no organization by the chain of the installation', async () => {
    await harness.audit(null)
    await harness.signHeads()
    const source = auditSource(db, null)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, through: 1, entries: 2 })
    await db('audit').whereNull('organization_id').update({ actor_id: 'usr_else' })
    expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'entry-edited', link: 1 }])
  })

  it('tells a vault whose own memory was set back', async () => {
    const { source, chain } = await furnished('audit')
    const remembered = await harness.vault.describeHead(chain)
    const [last] = await checkpointsBetween(db, chain, { from: 2, through: 2 })
    const vault = { describeHead: async () => ({ ...remembered, last }) }
    const lines = []
    for await (const line of verifyChain({ db, vault }, source)) lines.push(line)
    expect(lines.at(-1)).toMatchObject({ ok: false, breaks: [{ kind: 'vault-behind', link: 4 }] })
  })

  it('goes on over a key of the vault’s that was replaced, and believes nothing that it signed afterwards', async () => {
    const { source, chain, organizationId } = await furnished('audit')
    harness.vault.rotateKey()
    await harness.audit(organizationId)
    await harness.signHeads()
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 6 }, doubtful: null })
    const described = await harness.vault.describeHead(chain)
    const keys = described.keys.map((key) => ({ ...key, untilMs: key.untilMs && key.untilMs - 3_600_000 }))
    const vault = { describeHead: async () => ({ ...described, keys }) }
    const lines = []
    for await (const line of verifyChain({ db, vault }, source)) lines.push(line)
    expect(lines.at(-1)).toMatchObject({
      ok: false,
      breaks: [
        { kind: 'signature-invalid', link: 2 },
        { kind: 'signature-invalid', link: 4 },
      ],
    })
  })

  it('tells which links were signed since somebody else may have had the key', async () => {
    const { source, organizationId } = await furnished('audit')
    const leakedMs = Date.now()
    harness.setVaultClock(leakedMs + 1_000)
    for (let links = 0; links < 2; links += 1) {
      await harness.audit(organizationId)
      await harness.signHeads()
    }
    harness.setVaultClock(leakedMs + 2_000)
    harness.vault.rotateKey(leakedMs)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, doubtful: { from: 6, through: 7 } })
    // One that the vault alone can have signed covers all before it.
    await harness.audit(organizationId)
    await harness.signHeads()
    harness.setVaultClock(undefined)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 8 }, doubtful: null })
  })

  it('is in doubt no longer than until the vault has signed anew what it remembers, where nothing is added to it', async () => {
    const { source } = await furnished('audit')
    harness.vault.rotateKey(1)
    expect(await harness.verdict(source)).toMatchObject({ ok: true, doubtful: { from: 2, through: 4 } })
    // The oldest that is kept here stays as it was signed: the vault's own word counts.
    harness.vault.signAnew()
    expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 4 }, doubtful: null })
  })

  it('tells a head that the vault remembers and no key of its own signed: its row was altered', async () => {
    const { source, chain } = await furnished('audit')
    const described = await harness.vault.describeHead(chain)
    const { last } = described
    if (!last) throw new Error('never signed')
    const signature = Buffer.from(last.signature)
    signature[0] = (signature[0] ?? 0) ^ 1
    const vault = { describeHead: async () => ({ ...described, last: { ...last, signature } }) }
    const lines = []
    for await (const line of verifyChain({ db, vault }, source)) lines.push(line)
    expect(lines.at(-1)).toMatchObject({ ok: false, breaks: [{ kind: 'signature-invalid', link: 4 }] })
  })

  it('of an organization without a record is in order', async () => {
    expect(await harness.verdict(accessLogSource(db, newId('organization'), 90))).toMatchObject({
      ok: true,
      through: 0,
      signed: null,
    })
  })
})
