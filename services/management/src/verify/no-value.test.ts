import { beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { chainHarness } from '../test/chain-harness.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import type { Break } from './verdict.js'

const harness = await startForAllTests(chainHarness)

/** What is found if a superuser has removed a value from a row that cannot be without it. */
const TAKEN_OUT: readonly (readonly [column: string, kind: Break['kind'], link: number])[] = [
  ['chain_batches.batch', 'link-altered', 2],
  ['chain_batches.day', 'link-altered', 2],
  ['chain_batches.entries', 'link-altered', 2],
  ['chain_batches.digest', 'link-altered', 2],
  ['chain_batches.head', 'link-altered', 2],
  ['chain_checkpoints.head', 'signature-invalid', 2],
  ['chain_checkpoints.signed_at_ms', 'signature-invalid', 2],
  ['chain_checkpoints.signature', 'signature-invalid', 2],
  ['chain_checkpoints.key_id', 'signature-invalid', 2],
  ['chain_heads.count', 'head-altered', 0],
  ['chain_heads.head', 'head-altered', 5],
]

/** The rows of link 2. */
const ROWS: Readonly<Record<string, object>> = { chain_batches: { number: 2 }, chain_checkpoints: { count: 2 } }

describe.each(['access-log', 'audit'] as const)('verifying the chain of %s', (kind) => {
  let trail: FurnishedTrail
  beforeAll(async () => {
    trail = await furnishTrail(harness, kind)
  })

  async function firstBreak(attack: (su: Knex) => Promise<unknown>): Promise<Break | undefined> {
    const trx = await harness.db.transaction()
    try {
      await attack(trx)
      return (await harness.verdict(trail.source, trx)).breaks[0]
    } finally {
      await trx.rollback()
    }
  }

  it.each(TAKEN_OUT)('reports a break if %s has no value', async (column, found, link) => {
    const [table = '', name = ''] = column.split('.')
    const which = { chain: trail.chain, ...ROWS[table] }
    const broken = await firstBreak(async (su) => {
      await su.raw('ALTER TABLE ?? ALTER ?? DROP NOT NULL', [table, name])
      await su(table)
        .where(which)
        .update({ [name]: null })
    })
    expect(broken).toMatchObject({ kind: found, link })
  })

  it.each([
    ['without JSON', 'NULL'],
    ['with JSON that is nested without end', `(repeat('[', 5000) || repeat(']', 5000))::jsonb`],
  ])('reports entry-edited if an entry is left %s', async (_what, json) => {
    const broken = await firstBreak(async (su) => {
      await su.raw('ALTER TABLE ?? ALTER ?? DROP NOT NULL', [trail.table, trail.json])
      await su(trail.table)
        .where({ organization_id: trail.organizationId, batch: trail.batch })
        .update({ [trail.json]: su.raw(json) })
    })
    expect(broken).toMatchObject({ kind: 'entry-edited', link: 2 })
  })
})

it('a head without a value does not keep another chain from being signed', async () => {
  const [emptied, other] = [await furnishTrail(harness, 'audit'), await furnishTrail(harness, 'audit')]
  await harness.db.raw('ALTER TABLE chain_heads ALTER head DROP NOT NULL')
  await harness.db('chain_heads').where({ chain: emptied.chain }).update({ head: null })
  await harness.signHeads()
  const { last } = await harness.vault.describeHead(other.chain)
  expect(last?.count).toBe(5)
})
