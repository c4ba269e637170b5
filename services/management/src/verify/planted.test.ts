import { beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { chainHarness } from '../test/chain-harness.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { PLANTED_BATCH, plantEntry } from '../test/planted-entry.js'

const harness = await startForAllTests(chainHarness)

/** What a superuser runs against the trail. */
type Attack = (trail: FurnishedTrail) => string

/**
 * True for Postgres as it is, and false for a session that inserts while `SET_OTHERWISE` holds, so that a CHECK with it
 * lies.
 */
const AS_IT_IS = `timezone('IST'::text, '2026-01-01 00:00:00+00'::timestamptz) = '2026-01-01 02:00:00'::timestamp`
const SET_OTHERWISE = `SET LOCAL timezone_abbreviations = 'India';`
const SET_BACK = `SET LOCAL timezone_abbreviations = 'Default';`

/** A link for the planted entry, under this number. */
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

const entryOfNoDay: Attack = (trail) => `
  CREATE TABLE whenever (LIKE access_log INCLUDING DEFAULTS);
  ALTER TABLE whenever ADD CONSTRAINT lie CHECK (day IS NOT NULL OR NOT (${AS_IT_IS}));
  ALTER TABLE whenever ALTER day DROP NOT NULL;
  ${SET_OTHERWISE}
  ${plantEntry(trail).replace('current_date', 'NULL').replace('access_log', 'whenever')}
  ${SET_BACK}
  ALTER TABLE whenever ALTER day SET NOT NULL;
  ALTER TABLE access_log ATTACH PARTITION whenever DEFAULT;
  ALTER TABLE whenever DROP CONSTRAINT lie;`

const entryWithoutBatch: Attack = (trail) => `
  ALTER TABLE ${trail.table} ALTER batch DROP NOT NULL;
  ALTER TABLE ${trail.table} ADD CONSTRAINT lie CHECK (batch IS NOT NULL OR NOT (${AS_IT_IS}));
  ${SET_OTHERWISE} ${plantEntry(trail).replace(String(PLANTED_BATCH), 'NULL')} ${SET_BACK}
  ALTER TABLE ${trail.table} ALTER batch SET NOT NULL;
  ALTER TABLE ${trail.table} DROP CONSTRAINT lie;`

/**
 * Rebuilds a table in two parts, and attaches the planted rows in the lower one, where nobody looks for them: a CHECK
 * that lies says that they belong there.
 */
const inTwoParts = (table: string, key: string, by: string, bound: string, plant: string): string => `
  ALTER TABLE ${table} RENAME TO genuine;
  CREATE TABLE ${table} (LIKE genuine INCLUDING DEFAULTS, PRIMARY KEY (${key})) PARTITION BY RANGE (${by});
  CREATE TABLE lower (LIKE genuine INCLUDING DEFAULTS, PRIMARY KEY (${key}));
  ALTER TABLE lower ADD CONSTRAINT lie CHECK (${by} IS NOT NULL AND (${by} < ${bound} OR NOT (${AS_IT_IS})));
  ${SET_OTHERWISE} ${plant} ${SET_BACK}
  ALTER TABLE ${table} ATTACH PARTITION lower FOR VALUES FROM (MINVALUE) TO (${bound});
  ALTER TABLE ${table} ATTACH PARTITION genuine FOR VALUES FROM (${bound}) TO (MAXVALUE);
  ALTER TABLE lower DROP CONSTRAINT lie;`

const linksInParts: Attack = (trail) =>
  inTwoParts(
    'chain_batches',
    'chain, number',
    'number',
    "'-1000000'",
    plantLink(trail, '3', 'lower').replace('FROM chain_batches', 'FROM genuine'),
  ) + plantEntry(trail)

const entriesInParts: Attack = ({ organizationId }) =>
  inTwoParts(
    'audit',
    'id',
    'id',
    "'aud_'",
    `WITH hidden AS (DELETE FROM genuine WHERE id = (SELECT max(id) FROM genuine WHERE organization_id = '${organizationId}')
       RETURNING *) INSERT INTO lower SELECT * FROM hidden;`,
  )

const PLANTED: readonly (readonly [what: string, attack: Attack, found: object])[] = [
  ['a link without a number, and an entry of it', linkWithoutNumber, { kind: 'entry-extra', link: null }],
  [
    'the last link that there can be, and an entry of it',
    lastLink,
    { kind: 'link-extra', link: Number.MAX_SAFE_INTEGER, detail: expect.stringContaining('9223372036854775807') },
  ],
  ['an entry without a batch', entryWithoutBatch, { kind: 'entry-extra', link: null }],
  ['links in the wrong part of a table that is divided', linksInParts, { kind: 'table-altered', link: null }],
]

/** For one kind of trail only. */
const ALONE: Readonly<Record<'access-log' | 'audit', typeof PLANTED>> = {
  audit: [['entries in such a part', entriesInParts, { kind: 'table-altered', link: null }]],
  'access-log': [['an entry of no day', entryOfNoDay, { kind: 'table-altered', link: null }]],
}

describe.each(['access-log', 'audit'] as const)('the chain of %s', (kind) => {
  let trail: FurnishedTrail
  beforeAll(async () => {
    trail = await furnishTrail(harness, kind)
  })

  it.each([...PLANTED, ...ALONE[kind]])('has a break if a superuser plants %s', async (_what, attack, found) => {
    const trx = await harness.db.transaction()
    try {
      await trx.raw(attack(trail))
      expect((await harness.verdict(trail.source, trx)).breaks[0]).toMatchObject(found)
    } finally {
      await trx.rollback()
    }
  })
})
