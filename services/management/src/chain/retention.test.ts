import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { chainHarness } from '../test/chain-harness.js'
import { accessLogSource, type ChainSource } from '../verify/chain-source.js'
import { dropOldLinks } from './drop-old-links.js'

const DAY_MS = 86_400_000
const KEPT_DAYS = 30

const harness = await startForAllTests(chainHarness)
const { db } = harness

let organizationId: string
let chain: string
let source: ChainSource
/**
 * Two links that were signed long ago, two signed a little later, and one signed now; the first two's entries have
 * expired.
 */
beforeEach(async () => {
  organizationId = newId('organization')
  chain = `access-log/${organizationId}`
  source = accessLogSource(organizationId, KEPT_DAYS)
  for (const daysAgo of [60, 50, 20, 0]) {
    await harness.log(organizationId)
    if (daysAgo === 50) await harness.log(organizationId)
    harness.setVaultClock(Date.now() - daysAgo * DAY_MS)
    await harness.signHeads()
  }
  harness.setVaultClock(undefined)
})
const numbers = async (): Promise<number[]> =>
  (await db('chain_batches').where({ chain }).orderBy('number').pluck('number')).map(Number)
const runOut = (links: readonly number[]) =>
  db('access_log')
    .where({ organization_id: organizationId })
    .whereIn('batch', db('chain_batches').where({ chain }).whereIn('number', links).select('batch'))
    .delete()

describe('retention', () => {
  it('keeps the signed head that covers the dropped links, and verification begins after it', async () => {
    await runOut([1, 2, 3])
    await dropOldLinks(db, KEPT_DAYS)
    expect(await numbers()).toEqual([4, 5])
    expect((await db('chain_checkpoints').where({ chain }).orderBy('count').pluck('count')).map(Number)).toEqual([
      3, 4, 5,
    ])
    expect(await harness.verdict(source)).toMatchObject({ ok: true, from: 4, through: 5, entries: 6, breaks: [] })
    await dropOldLinks(db, KEPT_DAYS)
    expect(await numbers()).toEqual([4, 5])
  })

  it('is reported as doubtful if its signed head rests on a key known to others later, even once signed anew', async () => {
    await runOut([1, 2, 3])
    await dropOldLinks(db, KEPT_DAYS)
    harness.vault.rotateKey(Date.now() + 60_000)
    const doubtful = { from: 3, through: 3 }
    expect(await harness.verdict(source)).toMatchObject({ ok: true, from: 4, doubtful })
    // The vault vouches for what is left, but that does not show that the rest had expired.
    harness.vault.signAnew()
    expect(await harness.verdict(source)).toMatchObject({ ok: true, from: 4, doubtful })
  })

  it('does not excuse missing links if the youngest, which the vault has signed, are missing too', async () => {
    await runOut([1, 2, 3, 4, 5])
    await db('chain_checkpoints').where({ chain }).where('count', '>', 3).delete()
    await dropOldLinks(db, KEPT_DAYS)
    await db('chain_batches').where({ chain }).delete()
    // The vault vouches for five links: a chain without its youngest ones has not expired.
    expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'link-missing' }])
  })

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a link that is not old enough is removed',
      () => db('chain_batches').where({ chain, number: 4 }).delete(),
      'link-missing',
    ],
    ['the signed head is removed', () => db('chain_checkpoints').where({ chain, count: 3 }).delete(), 'link-missing'],
    [
      'the signed head is forged',
      () =>
        db('chain_checkpoints')
          .where({ chain, count: 3 })
          .update({ head: Buffer.alloc(32) }),
      'link-missing',
    ],
    [
      'links as old as that are removed with a young signed head as an excuse',
      async () => {
        await runOut([4])
        await db('chain_batches').where({ chain, number: 4 }).delete()
      },
      'link-missing',
    ],
    [
      'a signed head that has run out is put back',
      () =>
        db.raw(
          `INSERT INTO chain_checkpoints (chain, count, head, signed_at_ms, signature, key_id)
           SELECT chain, 1, head, signed_at_ms, signature, key_id FROM chain_checkpoints WHERE chain = ? AND count = 3`,
          [chain],
        ),
      'signed-head-extra',
    ],
    ['an entry of a day that is kept is removed', () => runOut([4]), 'entry-missing'],
  ])('does not hide the break when %s', async (_what, attack, kind) => {
    await runOut([1, 2, 3])
    await dropOldLinks(db, KEPT_DAYS)
    await attack()
    expect((await harness.verdict(source)).breaks[0]).toMatchObject({ kind })
  })

  it('may remove all entries of an expired link, while a link that lacks only some of them is a break', async () => {
    const dayAfterTomorrow = accessLogSource(organizationId, -2)
    await runOut([2, 4])
    expect(await harness.verdict(dayAfterTomorrow)).toMatchObject({ ok: true, entries: 9 })
    const { batch } = await db('chain_batches').where({ chain, number: 3 }).first()
    await db('access_log').where({ organization_id: organizationId, batch, sequence: 2 }).delete()
    expect((await harness.verdict(dayAfterTomorrow)).breaks).toMatchObject([{ kind: 'entry-missing', link: 3 }])
  })

  it('cannot drop links of the audit trail, nor links that no old signed head covers: the function refuses', async () => {
    await harness.audit(organizationId)
    const drop = (of: string, through: number) => db.raw('SELECT drop_chain_links(?, ?)', [of, through])
    await expect(drop(`audit/${organizationId}`, 1)).rejects.toThrow('is kept')
    await expect(drop(chain, 2)).rejects.toThrow('not covered')
    await expect(drop(chain, 5)).rejects.toThrow('not covered')
    expect(await numbers()).toEqual([1, 2, 3, 4, 5])
  })
})

/** Within one transaction the database has another day: Postgres accepts time zones of up to a week either way. */
const daysApart = <T>(hours: -167 | 167, work: (then: Knex) => Promise<T>): Promise<T> =>
  db.transaction(async (then) => {
    await then.raw(`SET LOCAL TIME ZONE INTERVAL '${hours}:00' HOUR TO MINUTE`)
    return work(then)
  })

describe('a day of the access log', () => {
  /** Days of retention: two weeks later the day has expired. */
  const KEPT = 7
  const WEEK_MS = 167 * 3_600_000
  const partitionOf = async (daysAgo: number): Promise<string> =>
    (await db.raw(`SELECT 'access_log_' || to_char(current_date - ?::integer, 'YYYYMMDD') AS name`, [daysAgo])).rows[0]
      .name
  const isThere = async (name: string): Promise<boolean> =>
    (await db.raw('SELECT to_regclass(?) AS found', [name])).rows[0].found !== null
  const verdictThen = (then: Knex) => harness.verdict(accessLogSource(organizationId, KEPT), then)

  /** One link of a week ago, made by that day's drain and signed then, and two links of today. */
  async function aWeekApart(): Promise<string> {
    organizationId = newId('organization')
    chain = `access-log/${organizationId}`
    await daysApart(-167, async (then) => {
      await tendPartitions(then, 90)
      await harness.log(organizationId, 3, { db: then, atMs: Date.now() - WEEK_MS })
    })
    harness.setVaultClock(Date.now() - WEEK_MS + 3_600_000)
    await harness.signHeads()
    harness.setVaultClock(undefined)
    await harness.log(organizationId)
    await harness.log(organizationId)
    await harness.signHeads()
    const { rows } = await db.raw(
      `SELECT 'access_log_' || to_char(min(day), 'YYYYMMDD') AS name FROM access_log WHERE organization_id = ?`,
      [organizationId],
    )
    return rows[0].name
  }

  it('is dropped with its partition once it has expired, its links after it, and the chain stays in order', async () => {
    const old = await aWeekApart()
    expect(await harness.verdict(accessLogSource(organizationId, 90))).toMatchObject({ ok: true, entries: 9 })
    await tendPartitions(db, KEPT)
    expect(await isThere(old)).toBe(true)
    await daysApart(167, async (then) => {
      await tendPartitions(then, KEPT)
      expect(await verdictThen(then)).toMatchObject({ ok: true, from: 1, through: 3, entries: 6, breaks: [] })
      await dropOldLinks(then, KEPT)
      expect(await verdictThen(then)).toMatchObject({ ok: true, from: 2, through: 3, entries: 6, breaks: [] })
    })
    expect([await isThere(old), await isThere(await partitionOf(0))]).toEqual([false, true])
  })

  it('is missed if its partition is dropped early, and drop_access_partition refuses to do that', async () => {
    await aWeekApart()
    const today = await partitionOf(0)
    await expect(db.raw('SELECT drop_access_partition(current_date)')).rejects.toThrow('too young')
    await db.raw(`DROP TABLE ${today}`)
    expect((await harness.verdict(accessLogSource(organizationId, KEPT))).breaks).toMatchObject([
      { kind: 'entry-missing', link: 2 },
      { kind: 'entry-missing', link: 3 },
    ])
    await tendPartitions(db, 90)
  })
})
