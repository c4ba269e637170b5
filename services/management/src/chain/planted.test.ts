import { beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { chainHarness } from '../test/chain-harness.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { PLANTED_BATCH, plantEntry } from '../test/planted-entry.js'
import type { Break } from './verdict.js'

const harness = await startForAllTests(chainHarness)

/** What a superuser runs, before the trail. */
type Attack = (trail: FurnishedTrail) => string

/** True for Postgres as it is, and false to who inserts while `SET_OTHERWISE` holds: a CHECK of it lies. */
const AS_IT_IS = `timezone('IST'::text, '2026-01-01 00:00:00+00'::timestamptz) = '2026-01-01 02:00:00'::timestamp`
const SET_OTHERWISE = `SET LOCAL timezone_abbreviations = 'India';`
const SET_BACK = `SET LOCAL timezone_abbreviations = 'Default';`

/** A link of the planted entry, under this number. */
const plantLink = ({ chain }: FurnishedTrail, number: string, table = 'chain_batches') =>
  `INSERT INTO ${table} SELECT chain, ${number}, ${PLANTED_BATCH}, day, entries, digest, head FROM chain_batches
   WHERE chain = '${chain}' AND number = 2;`

const lastLink: Attack = (trail) => plantEntry(trail) + plantLink(trail, '9223372036854775807')

const linkWithoutNumber: Attack = (trail) => `
  ALTER TABLE chain_batches DROP CONSTRAINT chain_batches_pkey;
  ALTER TABLE chain_batches ALTER number DROP NOT NULL;
  ALTER TABLE chain_batches ADD CONSTRAINT lie CHECK (number IS NOT NULL OR NOT (${AS_IT_IS}));
  ${SET_OTHERWISE} ${plantLink(trail, 'NULL')} ${SET_BACK}
  ALTER TABLE chain_batches ALTER number SET NOT NULL;
  ALTER TABLE chain_batches ADD PRIMARY KEY (chain, number);
  ALTER TABLE chain_batches DROP CONSTRAINT lie;
  ${plantEntry(trail)}`

const PLANTED: readonly (readonly [what: string, attack: Attack, found: Partial<Break>])[] = [
  ['a link without a number, and an entry of it', linkWithoutNumber, { kind: 'entry-extra', link: null }],
  [
    'the last link that there can be, and an entry of it',
    lastLink,
    { kind: 'link-extra', link: Number.MAX_SAFE_INTEGER, detail: expect.stringContaining('9223372036854775807') },
  ],
]

describe.each(['access-log', 'audit'] as const)('within the chain of %s', (kind) => {
  let trail: FurnishedTrail
  beforeAll(async () => {
    trail = await furnishTrail(harness, kind)
  })

  it.each(PLANTED)('is found out who plants %s', async (_what, attack, found) => {
    const trx = await harness.db.transaction()
    try {
      await trx.raw(attack(trail))
      expect((await harness.verdict(trail.sourceIn(trx), trx)).breaks[0]).toMatchObject(found)
    } finally {
      await trx.rollback()
    }
  })
})
