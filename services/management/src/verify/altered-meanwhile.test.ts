import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { UNSIGNED } from '../chain/chain-rows.js'
import { openSnapshot } from '../db/snapshot.js'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { lastLineOf, verifyNow } from '../test/verify-now.js'
import type { ChainSource } from './chain-source.js'
import type { Progress, Verdict } from './verdict.js'
import { type VerifyDeps, verifyChain } from './verify-chain.js'

const harness = await startForAllTests(chainHarness)
const { db } = harness

/** The verdict if something is done after the snapshot was taken and before anything is read. */
async function verdictAfter(
  done: () => Promise<unknown>,
  source: ChainSource,
): Promise<Progress | Verdict | undefined> {
  const snapshot = await openSnapshot(db, systemClock)
  try {
    await done()
    return await lastLineOf(verifyChain({ db, vault: harness.vault }, snapshot, source))
  } finally {
    await snapshot.close()
  }
}

const withheld = (name: string) => ({
  kind: 'table-altered',
  link: null,
  day: null,
  detail: `${name}: another session had locked it when reading began; verify again`,
})

/** A vault before whose answers something is done. */
const vaultAfter = (done: () => Promise<unknown>): VerifyDeps['vault'] => ({
  describeHead: async (chain) => {
    await done()
    return harness.vault.describeHead(chain)
  },
})

describe('verifying records that are altered meanwhile', () => {
  describe.each(['access-log', 'audit'] as const)('by somebody who watches its locks (%s)', (kind) => {
    let whose: FurnishedTrail
    beforeEach(async () => {
      whose = await furnishTrail(harness, kind)
      const { table, json, batch } = whose
      await db.raw(`DROP TABLE IF EXISTS genuine; CREATE TABLE genuine AS SELECT * FROM ${table}`)
      await db(table)
        .where({ batch })
        .update({ [json]: db.raw(`'{"forged": true}'`) })
    })

    /** Restores what is genuine as soon as a lock betrays the reading, before any record is read. */
    async function verdictWith(putBack: string): Promise<Verdict['breaks']> {
      const watcher = await db.transaction()
      await watcher.raw('LOCK TABLE chain_heads IN ACCESS EXCLUSIVE MODE')
      const verdict = harness.verdict(whose.source)
      await until(async () => {
        const { rows } = await db.raw(`SELECT FROM pg_locks WHERE relation = 'chain_heads'::regclass AND NOT granted`)
        return rows[0]
      })
      await watcher.raw(putBack)
      await watcher.commit()
      const { breaks } = await verdict
      expect(await harness.verdict(whose.source)).toMatchObject({ ok: true })
      return breaks
    }

    it('reports an altered entry that is put back as soon as a lock shows the reading', async () => {
      const { table, batch } = whose
      const putBack = `DELETE FROM ${table} WHERE batch = ${batch}; INSERT INTO ${table} SELECT * FROM genuine WHERE batch = ${batch}`
      expect(await verdictWith(putBack)).toMatchObject([{ kind: 'entry-edited', link: 2 }, withheld('chain_heads')])
    })

    it('reports a table that is truncated and filled again, because every snapshot may see such rows', async () => {
      const { table } = whose
      expect(await verdictWith(`TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM genuine`)).toContainEqual({
        kind: 'table-altered',
        link: null,
        day: null,
        detail: `${table}: it was truncated, replaced or rewritten while it was read; verify again`,
      })
    })
  })

  it.each([
    ['audit', 'ACCESS EXCLUSIVE'],
    ['sign_ins', 'ACCESS EXCLUSIVE'],
    ['sign_ins', 'EXCLUSIVE'],
    ['personal_tokens', 'SHARE'],
  ])(
    'reports that %s was locked (%s) when reading began, because whoever waits sees what no snapshot has',
    async (table, mode) => {
      const { source, batch } = await furnishTrail(harness, 'audit')
      const forger = await db.transaction()
      await forger.raw(`LOCK TABLE ${table} IN ${mode} MODE`)
      await forger('audit').where({ batch }).update({ event: 'forged' })
      expect(await verdictAfter(() => forger.rollback(), source)).toMatchObject({
        ok: false,
        breaks: [withheld(table)],
      })
      expect(await harness.verdict(source)).toMatchObject({ ok: true })
    },
  )

  it('reports a table that somebody waits to lock in a mode behind which all readers queue', async () => {
    const { source, batch } = await furnishTrail(harness, 'audit')
    const forger = await db.transaction()
    await forger('audit').where({ batch }).update({ event: 'forged' })
    const asking = await db.transaction()
    const asked = asking.raw('LOCK TABLE audit IN ACCESS EXCLUSIVE MODE').then(() => asking.rollback())
    const { rows } = await forger.raw('SELECT pg_backend_pid() AS pid')
    await until(async () => {
      const waiting = await db.raw('SELECT FROM pg_locks WHERE NOT granted AND ? = ANY (pg_blocking_pids(pid))', [
        rows[0].pid,
      ])
      return waiting.rows[0]
    })
    const verdict = await verdictAfter(() => forger.rollback(), source)
    await asked
    expect(verdict).toMatchObject({ ok: false, breaks: [withheld('audit')] })
  })

  it('reports an altered entry that is put back when the vault is asked', async () => {
    const { source, batch } = await furnishTrail(harness, 'audit')
    await db('audit')
      .where({ batch })
      .update({ event: db.raw(`'forged.' || event`) })
    const vault = {
      describeHead: async (chain: string) => {
        await db('audit')
          .where({ batch })
          .update({ event: db.raw(`replace(event, 'forged.', '')`) })
        return harness.vault.describeHead(chain)
      },
    }
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({
      ok: false,
      breaks: [{ kind: 'entry-edited', link: 2 }],
    })
    expect(await harness.verdict(source)).toMatchObject({ ok: true })
  })

  it('reports nothing when days are made and dropped and tables are vacuumed and analyzed', async () => {
    const { source } = await furnishTrail(harness, 'access-log')
    const vault = vaultAfter(async () => {
      for (const sql of [
        `CREATE TABLE access_log_past PARTITION OF access_log FOR VALUES FROM ('2000-01-01') TO ('2000-01-02')`,
        'DROP TABLE access_log_past',
        'VACUUM (FREEZE, ANALYZE) access_log, audit, chain_heads, chain_batches, chain_checkpoints',
      ])
        await db.raw(sql)
    })
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({ ok: true, breaks: [] })
  })

  it.each([
    [
      'is exchanged, and exchanged back',
      'audit',
      'ALTER TABLE audit RENAME TO aside',
      'ALTER TABLE aside RENAME TO audit',
    ],
    [
      'hides rows for a while',
      'audit',
      'ALTER TABLE audit ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE audit DISABLE ROW LEVEL SECURITY',
    ],
    // Only the next ANALYZE writes that no heir is left. Autovacuum's would come while another test reads the table.
    [
      'has an heir for a while',
      'chain_heads',
      'CREATE TABLE heir () INHERITS (chain_heads)',
      'DROP TABLE heir; ANALYZE chain_heads',
    ],
    [
      'lacks a day for a while',
      'access_log',
      `ALTER TABLE access_log DETACH PARTITION access_log_today`,
      `ALTER TABLE access_log ATTACH PARTITION access_log_today FOR VALUES FROM (current_date) TO (current_date + 1)`,
    ],
  ])('reports a table that %s while it is read', async (_what, table, alter, takeBack) => {
    const { source } = await furnishTrail(harness, 'access-log')
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const statements = [alter, takeBack].map((sql) => sql.replaceAll('access_log_today', `access_log_${today}`))
    const vault = vaultAfter(async () => {
      for (const sql of statements) await db.raw(sql)
    })
    expect(await lastLineOf(verifyNow({ db, vault }, source))).toMatchObject({
      ok: false,
      breaks: [
        {
          kind: 'table-altered',
          detail: `${table}: it was truncated, replaced or rewritten while it was read; verify again`,
        },
      ],
    })
    expect(await harness.verdict(source)).toMatchObject({ ok: true })
  })

  describe('with something else in the place of a table while it is read', () => {
    const TODAY = `access_log_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`
    const isForToday = 'FOR VALUES FROM (current_date) TO (current_date + 1)'
    const copied = (name: string) =>
      `CREATE TABLE genuine.${name} (LIKE ${name} INCLUDING ALL); INSERT INTO genuine.${name} SELECT * FROM ${name}`
    const ANOTHER = 'another table was read in place of a table of records; verify again'
    const ANEW = 'it was truncated, replaced or rewritten while it was read; verify again'

    it.each([
      {
        what: 'columns exchanged',
        kind: 'audit',
        begin: 'ALTER TABLE audit ADD genuine jsonb; UPDATE audit SET genuine = details',
        forge: `UPDATE audit SET details = '{"forged": true}'`,
        put: 'ALTER TABLE audit RENAME details TO forged; ALTER TABLE audit RENAME genuine TO details',
        back: 'ALTER TABLE audit RENAME details TO genuine; ALTER TABLE audit RENAME forged TO details',
        end: 'UPDATE audit SET details = genuine; ALTER TABLE audit DROP genuine',
        told: [`audit: ${ANEW}`],
      },
      {
        what: 'an heir, of which nothing is left',
        kind: 'audit',
        begin: `CREATE TABLE heir () INHERITS (audit); ALTER TABLE heir NO INHERIT audit;
          INSERT INTO heir SELECT * FROM audit`,
        forge: 'DELETE FROM audit',
        put: 'ALTER TABLE heir INHERIT audit',
        back: 'ALTER TABLE heir NO INHERIT audit',
        end: 'INSERT INTO audit SELECT * FROM heir; DROP TABLE heir; ANALYZE audit',
        told: [ANOTHER],
      },
      {
        what: 'a day exchanged for another',
        kind: 'access-log',
        begin: `CREATE TABLE day (LIKE ${TODAY} INCLUDING ALL); INSERT INTO day SELECT * FROM ${TODAY}`,
        forge: `UPDATE ${TODAY} SET entry = '{"forged": true}'`,
        put: `ALTER TABLE access_log DETACH PARTITION ${TODAY};
          ALTER TABLE access_log ATTACH PARTITION day ${isForToday}`,
        back: `ALTER TABLE access_log DETACH PARTITION day;
          ALTER TABLE access_log ATTACH PARTITION ${TODAY} ${isForToday}`,
        end: `TRUNCATE ${TODAY}; INSERT INTO ${TODAY} SELECT * FROM day; DROP TABLE day`,
        told: [`access_log: ${ANEW}`, ANOTHER],
      },
      {
        what: 'a day that is taken away as soon as it was read',
        kind: 'access-log',
        begin: 'SELECT',
        forge: 'SELECT',
        put: 'SELECT',
        back: `ALTER TABLE access_log DETACH PARTITION ${TODAY}`,
        end: `ALTER TABLE access_log ATTACH PARTITION ${TODAY} ${isForToday}`,
        told: [`access_log: ${ANEW}`],
      },
      {
        what: 'nothing of a day that has run out, and is dropped when it was read, nor of one that is made ahead',
        kind: 'access-log',
        begin: `CREATE TABLE access_log_past PARTITION OF access_log FOR VALUES FROM ('2000-01-01') TO ('2000-01-02')`,
        forge: 'SELECT',
        put: `CREATE TABLE access_log_ahead PARTITION OF access_log FOR VALUES FROM ('2999-01-01') TO ('2999-01-02')`,
        back: 'DROP TABLE access_log_past',
        end: 'DROP TABLE access_log_ahead',
        told: [],
      },
      {
        what: 'a schema exchanged for another',
        kind: 'audit',
        begin: `CREATE SCHEMA genuine;
          CREATE TABLE genuine.access_log (LIKE access_log INCLUDING ALL) PARTITION BY RANGE (day);
          ${['audit', 'chain_heads', 'chain_batches', 'chain_checkpoints', 'organizations'].map(copied).join(';')}`,
        forge: `UPDATE audit SET event = 'forged.' || event`,
        put: 'ALTER SCHEMA public RENAME TO forged; ALTER SCHEMA genuine RENAME TO public',
        back: 'ALTER SCHEMA public RENAME TO genuine; ALTER SCHEMA forged RENAME TO public',
        end: `UPDATE audit SET event = replace(event, 'forged.', ''); DROP SCHEMA genuine CASCADE`,
        told: [ANOTHER],
      },
    ] as const)('reports $what', async ({ kind, begin, forge, put, back, end, told }) => {
      const { source } = await furnishTrail(harness, kind)
      await db.raw(begin)
      await db.raw(forge)
      // Strays are looked for last, after all other reading of records.
      const watched: ChainSource = {
        ...source,
        async *strays(read) {
          yield* source.strays(read)
          await db.raw(back)
        },
      }
      const verdict = await verdictAfter(() => db.raw(put), watched)
      const breaks = told.map((detail) => ({ kind: 'table-altered', detail }))
      expect(verdict).toMatchObject({ ok: told.length === 0, breaks })
      await db.raw(end)
      expect(await harness.verdict(source)).toMatchObject({ ok: true })
    })
  })

  describe('when the vault has signed further links since', () => {
    const signOn = (organizationId: string) => async () => {
      await harness.audit(organizationId)
      await harness.signHeads()
    }

    it('covers those links, and does not call them late however long after its beginning they came', async () => {
      const { source, organizationId } = await furnishTrail(harness, 'audit')
      harness.setVaultClock(Date.now() + 6 * 60_000)
      const verdict = await lastLineOf(verifyNow({ db, vault: vaultAfter(signOn(organizationId)) }, source))
      harness.setVaultClock(undefined)
      expect(verdict).toMatchObject({
        ok: true,
        through: 6,
        signed: { through: 6 },
        late: null,
      })
    })

    it('reports a break if its snapshot’s unsigned links are not those that the vault has signed since', async () => {
      const { source, organizationId } = await furnishTrail(harness, 'audit')
      await db('audit')
        .where({ organization_id: organizationId })
        .where('batch', '=', db('chain_batches').where({ chain: source.chain, number: 5 }).select('batch'))
        .update({ event: 'forged.event' })
      const genuine = await db('chain_batches').where({ chain: source.chain, number: 5 }).first()
      const { head } = await db('chain_heads').where({ chain: source.chain }).first()
      await writeAnew(db, source)
      const putBack = async () => {
        await db('chain_batches').where({ chain: source.chain, number: 5 }).update({ digest: genuine.digest, head })
        await db('chain_heads').where({ chain: source.chain }).update({ head })
        await signOn(organizationId)()
      }
      expect(await lastLineOf(verifyNow({ db, vault: vaultAfter(putBack) }, source))).toMatchObject({
        ok: false,
        breaks: [{ kind: 'link-altered', link: 6 }],
      })
    })

    it('reports an altered entry even if it is put back meanwhile', async () => {
      const { source, batch, organizationId } = await furnishTrail(harness, 'audit')
      await db('audit')
        .where({ batch })
        .update({ event: db.raw(`'forged.' || event`) })
      const putBack = async () => {
        await db('audit')
          .where({ batch })
          .update({ event: db.raw(`replace(event, 'forged.', '')`) })
        await signOn(organizationId)()
      }
      expect(await lastLineOf(verifyNow({ db, vault: vaultAfter(putBack) }, source))).toMatchObject({
        ok: false,
        through: 6,
        breaks: [{ kind: 'entry-edited', link: 2 }],
      })
      expect(await harness.verdict(source)).toMatchObject({ ok: true })
    })

    it('reports links as truncated that were hidden when it began and whose entries are minutes older', async () => {
      const { source, chain, organizationId } = await furnishTrail(harness, 'access-log')
      await harness.log(organizationId, 1, { db, atMs: Date.now() - 7 * 60_000 })
      await harness.signHeads()
      const of = { chain }
      const { head } = await db('chain_batches')
        .where({ ...of, number: 5 })
        .first()
      const hidden = await db('chain_batches')
        .where({ ...of, number: 6 })
        .first()
      const kept = await db('chain_checkpoints')
        .where({ ...of, count: 6 })
        .first()
      const newest = await db('chain_heads').where(of).first()
      const entries = await db('access_log').where({ batch: hidden.batch })
      await db('access_log').where({ batch: hidden.batch }).delete()
      await db('chain_batches')
        .where({ ...of, number: 6 })
        .delete()
      await db('chain_checkpoints')
        .where({ ...of, count: 6 })
        .delete()
      await db('chain_heads').where(of).update({ count: 5, head, unsigned_since: UNSIGNED })
      const putBack = async () => {
        await db('access_log').insert(entries.map((row) => ({ ...row, entry: JSON.stringify(row.entry) })))
        await db('chain_batches').insert(hidden)
        await db('chain_checkpoints').insert(kept)
        await db('chain_heads').where(of).update(newest)
      }
      const verdict = await lastLineOf(verifyNow({ db, vault: vaultAfter(putBack) }, source))
      expect(verdict).toMatchObject({ ok: false, through: 6, breaks: [{ kind: 'truncated', link: 6 }] })
    })

    it('reports how many links are missing if the last ones were deleted', async () => {
      const { source, chain, organizationId } = await furnishTrail(harness, 'audit')
      await signOn(organizationId)()
      const links = db('chain_batches').where({ chain })
      const { head } = await links.clone().where({ number: 4 }).first()
      await links.clone().where('number', '>', 4).delete()
      await db('chain_heads').where({ chain }).update({ count: 4, head })
      expect((await harness.verdict(source)).breaks).toContainEqual(
        expect.objectContaining({
          kind: 'truncated',
          link: 4,
          detail: 'the vault signed 6 links, but only 4 are stored',
        }),
      )
    })

    it('is not ok, and reads no further, if the missing link was signed two minutes before it began', async () => {
      const { source, chain, organizationId } = await furnishTrail(harness, 'audit')
      harness.setVaultClock(Date.now() - 2 * 60_000)
      await signOn(organizationId)()
      harness.setVaultClock(undefined)
      const hidden = await db('chain_batches').where({ chain, number: 6 }).first()
      const newest = await db('chain_heads').where({ chain }).first()
      const { head } = await db('chain_batches').where({ chain, number: 5 }).first()
      await db('chain_batches').where({ chain, number: 6 }).delete()
      await db('chain_heads').where({ chain }).update({ count: 5, head, unsigned_since: UNSIGNED })
      const putBack = async () => {
        await db('chain_batches').insert(hidden)
        await db('chain_heads').where({ chain }).update(newest)
      }
      expect(await lastLineOf(verifyNow({ db, vault: vaultAfter(putBack) }, source))).toMatchObject({
        ok: false,
        through: 5,
      })
      expect(await harness.verdict(source)).toMatchObject({ ok: true, through: 6 })
    })
  })
})
