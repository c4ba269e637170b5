import { beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import type { Break } from './verdict.js'

const harness = await startForAllTests(chainHarness)

/** A superuser of database `management`, within a transaction, before a trail of five links: four are signed. */
interface Superuser extends FurnishedTrail {
  readonly db: Knex
  /** Another organization's trail of the same kind. */
  readonly other: FurnishedTrail
  run(sql: string, ...bindings: readonly (string | number | Buffer)[]): Promise<unknown>
  link(number: number): Knex.QueryBuilder
  head(): Knex.QueryBuilder
  signed(count: number): Knex.QueryBuilder
  /** All of a link's. */
  entries(link: number): Knex.QueryBuilder
  /** One of link 2. */
  entry(): Knex.QueryBuilder
  /** The JSON of that one, `$`, becomes what the expression says. */
  rewrite(expression: string): Promise<unknown>
  /** Copies that one, with other values in some columns. */
  copy(changes: Readonly<Record<string, string>>): Promise<unknown>
}

function superuser(db: Knex, trail: FurnishedTrail, other: FurnishedTrail): Superuser {
  const { chain, table, json, organizationId, batch } = trail
  const entries = (link: number) =>
    db(table)
      .where({ organization_id: organizationId })
      .where('batch', '=', db('chain_batches').where({ chain, number: link }).select('batch'))
  const entry = () =>
    db(table).whereRaw('ctid = (SELECT min(ctid) FROM ?? WHERE organization_id = ? AND batch = ?)', [
      table,
      organizationId,
      batch,
    ])
  return {
    ...trail,
    db,
    other,
    run: (sql, ...bindings) => db.raw(sql, [...bindings]),
    link: (number) => db('chain_batches').where({ chain, number }),
    head: () => db('chain_heads').where({ chain }),
    signed: (count) => db('chain_checkpoints').where({ chain, count }),
    entries,
    entry,
    rewrite: (expression) => entry().update({ [json]: db.raw(expression.replaceAll('$', json)) }),
    async copy(changes) {
      const columns = Object.keys(await entry().first())
      const values = columns.map((name) => changes[name] ?? `"${name}"`)
      await db.raw(
        `INSERT INTO ?? (${columns.map((name) => `"${name}"`)}) SELECT ${values} FROM ?? WHERE organization_id = ? AND batch = ? LIMIT 1`,
        [table, table, organizationId, batch],
      )
    },
  }
}

type Alteration = readonly [
  what: string,
  attack: (su: Superuser) => Promise<unknown>,
  kind: Break['kind'],
  link: number | null,
]

/** A number that stands in every entry of these trails: 1. */
const NUMBER = { entry: '{secrets,0,generation}', details: '{n}' } as const
/** Where nobody else stands. */
const ELSEWHERE = { access_log: { sequence: '9001' }, audit: { id: `'aud_9001'` } } as const

const setNumber = (written: string) => (su: Superuser) => su.rewrite(`jsonb_set($, '${NUMBER[su.json]}', '${written}')`)
const setEntry = (column: string, expression: string) => (su: Superuser) =>
  su.entry().update({ [column]: su.db.raw(expression) })

const CONTENT: Alteration[] = [
  ['another object', (su) => su.rewrite(`'{"forged": true}'`), 'entry-edited', 2],
  ['a member more', (su) => su.rewrite(`$ || '{"x": null}'`), 'entry-edited', 2],
  ['a member named __proto__', (su) => su.rewrite(`$ || '{"__proto__": {"x": 1}}'`), 'entry-edited', 2],
  ['a member without a name', (su) => su.rewrite(`$ || '{"": 1}'`), 'entry-edited', 2],
  [
    'a member whose name ends with a blank',
    (su) => su.rewrite(`$ - 'name' || '{"name ": "A_KEY"}'`),
    'entry-edited',
    2,
  ],
  ['null', (su) => su.rewrite(`'null'`), 'entry-edited', 2],
  ['a list with the object in it', (su) => su.rewrite('jsonb_build_array($)'), 'entry-edited', 2],
  ['text that reads like the object', (su) => su.rewrite('to_jsonb($::text)'), 'entry-edited', 2],
  ['1.0 for 1', setNumber('1.0'), 'entry-edited', 2],
  ['the digits of 1 that JavaScript drops', setNumber('1.00000000000000000001'), 'entry-edited', 2],
  ['text for a number', setNumber('"1"'), 'entry-edited', 2],
  ['true for 1', setNumber('true'), 'entry-edited', 2],
  ['a number beyond all', setNumber('1e400'), 'entry-edited', 2],
  ['a blank behind an id', setEntry('request_id', `request_id || ' '`), 'entry-edited', 2],
  ['a letter that looks the same', setEntry('request_id', `replace(request_id, 'e', U&'\\0435')`), 'entry-edited', 2],
  ['what is not seen', setEntry('request_id', `request_id || U&'\\200B'`), 'entry-edited', 2],
  ['another case', setEntry('request_id', 'upper(request_id)'), 'entry-edited', 2],
  ['a microsecond', setEntry('at', `at + interval '1 microsecond'`), 'entry-edited', 2],
  ['the same hour elsewhere', setEntry('at', `at AT TIME ZONE 'UTC' AT TIME ZONE '+01'`), 'entry-edited', 2],
  ['a time that never is', setEntry('at', `'infinity'`), 'entry-edited', 2],
  [
    'the same time before Christ',
    setEntry('at', `(to_char(at, 'YYYY-MM-DD HH24:MI:SS.US') || ' BC')::timestamptz`),
    'entry-edited',
    2,
  ],
]

/** Postgres shows what was there to who asks for text, and what is there to everybody else. */
async function castToGenuine(su: Superuser): Promise<void> {
  const { genuine } = await su.entry().first<{ genuine: string }>(su.db.raw('??::text AS genuine', [su.json]))
  await su.rewrite(`'{"forged": true}'`)
  await su.run(
    `CREATE FUNCTION genuine(jsonb) RETURNS text LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN $1 -> 'forged' IS NOT NULL THEN '${genuine}' ELSE pg_catalog.format('%s', $1) END $$;
     CREATE CAST (jsonb AS text) WITH FUNCTION genuine(jsonb)`,
  )
}

/** In `public`, and of the exact type: Postgres takes it before its own, which takes any. */
const printsGenuineDays = (su: Superuser): Promise<unknown> =>
  su.run(`CREATE FUNCTION to_json(date) RETURNS json LANGUAGE sql AS $$ SELECT pg_catalog.to_json(current_date) $$;
    CREATE FUNCTION format(text, date) RETURNS text LANGUAGE sql AS $$ SELECT pg_catalog.format('%s', current_date) $$;
    UPDATE chain_batches SET day = day - 1 WHERE chain = '${su.chain}' AND number = 2`)

const SHOWN: Alteration[] = [
  ['edits an entry, and has a cast show what was there', castToGenuine, 'table-altered', null],
  ['edits a day, and has a function show what was there', printsGenuineDays, 'table-altered', null],
]

const PLACE: Alteration[] = [
  ['deletes an entry', (su) => su.entry().delete(), 'entry-missing', 2],
  ['deletes all entries of a link', (su) => su.entries(2).delete(), 'entry-missing', 2],
  ['gives an entry to another organization', setEntry('organization_id', `'org_else'`), 'entry-missing', 2],
  ['moves an entry to a batch that there is not', setEntry('batch', '99000000'), 'entry-missing', 2],
  [
    'moves an entry to the next link',
    (su) => su.entry().update({ batch: su.link(3).select('batch') }),
    'entry-missing',
    2,
  ],
  [
    'exchanges the entries of two links',
    async (su) => {
      await su.entries(2).update({ batch: -7 })
      await su.entries(3).update({ batch: su.batch })
      await su
        .db(su.table)
        .where({ batch: -7 })
        .update({ batch: su.link(3).select('batch') })
    },
    'entry-edited',
    2,
  ],
  ['copies an entry into its batch', (su) => su.copy(ELSEWHERE[su.table]), 'entry-extra', 2],
  ['adds one of no link', (su) => su.copy({ ...ELSEWHERE[su.table], batch: '99000001' }), 'entry-extra', null],
  [
    'adds one of no batch',
    async (su) => {
      await su.run('ALTER TABLE ?? ALTER COLUMN batch DROP NOT NULL', su.table)
      await su.copy({ ...ELSEWHERE[su.table], batch: 'NULL' })
    },
    'entry-extra',
    null,
  ],
  [
    'adds one of the least batch that there can be',
    (su) => su.copy({ ...ELSEWHERE[su.table], batch: '-9223372036854775808' }),
    'entry-extra',
    null,
  ],
  [
    'copies one of another organization',
    (su) => su.db(su.table).where({ batch: su.other.batch }).limit(1).update({ organization_id: su.organizationId }),
    'entry-extra',
    null,
  ],
]

const LINKS: Alteration[] = [
  [
    'deletes a link and its entries',
    async (su) => {
      await su.entries(2).delete()
      await su.link(2).delete()
    },
    'link-missing',
    2,
  ],
  ['deletes the first link', (su) => su.link(1).delete(), 'link-missing', 1],
  ['gives a link to another organization', (su) => su.link(3).update({ chain: 'audit/org_else' }), 'link-missing', 3],
  ['edits what a link says of its entries', (su) => su.link(2).update({ entries: 7 }), 'link-altered', 2],
  [
    'sets its day to before Christ',
    (su) => su.link(2).update({ day: su.db.raw(`(day || ' BC')::date`) }),
    'link-altered',
    2,
  ],
  ['sets its day to one that never is', (su) => su.link(2).update({ day: '-infinity' }), 'link-altered', 2],
  [
    'takes two links together',
    async (su) => {
      await su.entries(3).update({ batch: su.batch })
      await su.link(2).update({ entries: su.db.raw('entries * 2') })
      await su.link(3).update({ entries: 0 })
    },
    'link-altered',
    2,
  ],
  [
    'exchanges two links',
    async (su) => {
      await su.link(2).update({ number: 1_002 })
      await su.link(3).update({ number: 2 })
      await su.link(1_002).update({ number: 3 })
    },
    'link-reordered',
    2,
  ],
  [
    'exchanges what two links hold',
    async (su) => {
      const [two, three] = [await su.link(2).first(), await su.link(3).first()]
      const held = ({ batch, day, entries, digest }: typeof two) => ({ batch, day, entries, digest })
      await su.link(2).update({ ...held(two), batch: 99_000_001 })
      await su.link(3).update(held(two))
      await su.link(2).update(held(three))
    },
    'link-reordered',
    2,
  ],
  ...[0, 105, '9007199254740993'].map(
    (number): Alteration => [
      `adds link ${number}, which no head counts`,
      (su) =>
        su.run(
          `INSERT INTO chain_batches SELECT chain, ?::bigint, 99000002, day, entries, digest, head FROM chain_batches
           WHERE chain = ? AND number = 5`,
          number,
          su.chain,
        ),
      'link-extra',
      Math.min(Number(number), Number.MAX_SAFE_INTEGER),
    ],
  ),
  [
    'edits an entry and writes the whole chain anew',
    async (su) => {
      await su.rewrite(`'{}'`)
      await writeAnew(su.db, su.source)
    },
    'rewritten',
    2,
  ],
  [
    'does so, and removes the signed heads',
    async (su) => {
      await su.entry().delete()
      await writeAnew(su.db, su.source)
      await su.db('chain_checkpoints').where({ chain: su.chain }).delete()
    },
    'rewritten',
    4,
  ],
  [
    'puts the whole of another organization’s in its place',
    async (su) => {
      const { chain, organizationId, other } = su
      for (const name of ['chain_batches', 'chain_heads', 'chain_checkpoints']) {
        await su.db(name).where({ chain }).delete()
        await su.db(name).where({ chain: other.chain }).update({ chain })
      }
      await su.db(su.table).where({ organization_id: organizationId }).delete()
      await su.db(su.table).where({ organization_id: other.organizationId }).update({ organization_id: organizationId })
    },
    'link-altered',
    1,
  ],
]

/** The first links and their head, and nothing else. */
async function cutTo(su: Superuser, count: number, leftUnsigned: boolean): Promise<void> {
  const { head } = await su.link(count).first()
  await su
    .db(su.table)
    .where({ organization_id: su.organizationId })
    .whereIn('batch', linksAfter(su, count).select('batch'))
    .delete()
  await linksAfter(su, count).delete()
  await su.db('chain_checkpoints').where({ chain: su.chain }).where('count', '>', count).delete()
  await su.head().update({ count, head, ...(leftUnsigned ? {} : { unsigned_since: null }) })
}
const linksAfter = (su: Superuser, count: number) =>
  su.db('chain_batches').where({ chain: su.chain }).where('number', '>', count)

const HEADS: Alteration[] = [
  ['alters the head', (su) => su.head().update({ head: Buffer.alloc(32, 1) }), 'head-altered', 5],
  ['counts a link more', (su) => su.head().update({ count: 6 }), 'link-missing', 6],
  ['counts as many as there can be', (su) => su.head().update({ count: '9223372036854775807' }), 'link-missing', 6],
  [
    'counts as few as there can be',
    (su) => su.head().update({ count: '-9223372036854775808' }),
    'head-altered',
    Number.MIN_SAFE_INTEGER,
  ],
  ['removes the head', (su) => su.head().delete(), 'link-extra', 1],
  [
    'sets the head back to what was signed',
    async (su) => su.head().update(await su.signed(4).first('count', 'head')),
    'link-extra',
    5,
  ],
  [
    'marks as signed what is not, so that nobody has it signed',
    (su) => su.head().update({ unsigned_since: null }),
    'head-altered',
    5,
  ],
  [
    'says since when it is unsigned',
    (su) => su.head().update({ unsigned_since: su.db.raw('now()') }),
    'head-altered',
    5,
  ],
  ['says that it never will be', (su) => su.head().update({ unsigned_since: 'infinity' }), 'head-altered', 5],
  [
    'sets that forward by a microsecond',
    (su) => su.head().update({ unsigned_since: su.db.raw(`unsigned_since + interval '1 microsecond'`) }),
    'head-altered',
    5,
  ],
  ['cuts the end off, with all that was signed of it', (su) => cutTo(su, 2, false), 'truncated', 2],
  ['does so, and leaves the mark', (su) => cutTo(su, 2, true), 'truncated', 2],
  ['cuts the end off, and leaves the head', (su) => linksAfter(su, 2).delete(), 'link-missing', 3],
  [
    'removes all that there is',
    async (su) => {
      for (const name of ['chain_batches', 'chain_heads', 'chain_checkpoints'])
        await su.db(name).where({ chain: su.chain }).delete()
      await su.db(su.table).where({ organization_id: su.organizationId }).delete()
    },
    'truncated',
    0,
  ],
]

const SIGNED: Alteration[] = [
  ['forges a signature', (su) => su.signed(2).update({ signature: Buffer.alloc(64) }), 'signature-invalid', 2],
  [
    'turns a bit of one',
    (su) => su.signed(2).update({ signature: su.db.raw('set_bit(signature, 511, 1 - get_bit(signature, 511))') }),
    'signature-invalid',
    2,
  ],
  [
    'cuts one',
    (su) => su.signed(2).update({ signature: su.db.raw('substr(signature, 1, 63)') }),
    'signature-invalid',
    2,
  ],
  ['names another key', (su) => su.signed(2).update({ key_id: 'key_else' }), 'signature-invalid', 2],
  ['calls one younger than it is', (su) => su.signed(2).increment('signed_at_ms', 1_000), 'signature-invalid', 2],
  [
    'has one sign another head',
    (su) => su.signed(2).update({ head: su.link(3).select('head') }),
    'signature-invalid',
    2,
  ],
  [
    'has an older one stand for the newest',
    async (su) => {
      await su.signed(4).delete()
      await su.signed(2).update({ count: 4 })
    },
    'signature-invalid',
    4,
  ],
  [
    'puts another organization’s in its place',
    async (su) => {
      await su.signed(2).delete()
      await su.db('chain_checkpoints').where({ chain: su.other.chain, count: 2 }).update({ chain: su.chain })
    },
    'signature-invalid',
    2,
  ],
  ['takes one away', (su) => su.signed(2).delete(), 'signed-head-missing', 4],
  [
    'gives one to a chain that there is not',
    (su) => su.signed(2).update({ chain: 'audit/org_else' }),
    'signed-head-missing',
    4,
  ],
  ['moves one beyond the end', (su) => su.signed(2).update({ count: 1_000 }), 'signed-head-missing', 4],
  ['moves one before the beginning', (su) => su.signed(2).update({ count: -2 }), 'signed-head-missing', 4],
  ['moves the newest beyond the end', (su) => su.signed(4).update({ count: 6 }), 'signed-head-extra', 6],
  ['says that one was kept after another', (su) => su.signed(4).update({ previous: 3 }), 'signed-head-missing', 4],
  ['says that one was the first', (su) => su.signed(4).update({ previous: 0 }), 'signed-head-missing', 4],
  [
    'takes all away, and marks the head as signed',
    async (su) => {
      await su.db('chain_checkpoints').where({ chain: su.chain }).delete()
      await su.head().update({ unsigned_since: null })
    },
    'head-altered',
    5,
  ],
  [
    'removes links as if they had run out, with a signed head that it calls old',
    async (su) => {
      await su.entries(1).delete()
      await su.entries(2).delete()
      await su.db('chain_batches').where({ chain: su.chain }).where('number', '<=', 2).delete()
      await su.signed(2).decrement('signed_at_ms', 400 * 86_400_000)
    },
    'link-missing',
    1,
  ],
]

/** What one asker reads, another need not. */
const TABLES: Alteration[] = [
  ...['chain_heads', 'chain_batches', 'chain_checkpoints', undefined].flatMap((given): Alteration[] => {
    const what = given ?? 'the entries'
    const on = (sql: string) => (su: Superuser) => su.run(sql.replaceAll('$', given ?? su.table))
    return [
      [
        `has a view stand for ${what}`,
        on('ALTER TABLE $ RENAME TO genuine; CREATE VIEW $ AS SELECT * FROM genuine'),
        'table-altered',
        null,
      ],
      [
        `puts a copy before ${what}`,
        on(
          'CREATE SCHEMA evil; CREATE TABLE evil.$ (LIKE public.$ INCLUDING ALL); SET LOCAL search_path = evil, public',
        ),
        'table-altered',
        null,
      ],
      [
        `hides rows of ${what}`,
        on('ALTER TABLE $ ENABLE ROW LEVEL SECURITY; CREATE POLICY hide ON $ USING (false)'),
        'table-altered',
        null,
      ],
      [
        `lets ${what} be written otherwise by a rule`,
        on('CREATE RULE evil AS ON DELETE TO $ DO INSTEAD NOTHING'),
        'table-altered',
        null,
      ],
    ]
  }),
  [
    'watches entries by a trigger',
    (su) =>
      su.run(
        `CREATE TRIGGER evil BEFORE INSERT ON ${su.table} FOR EACH ROW EXECUTE FUNCTION chain_checkpoints_previous()`,
      ),
    'table-altered',
    null,
  ],
  [
    'has another table inherit links',
    (su) => su.run('CREATE TABLE evil () INHERITS (chain_batches)'),
    'table-altered',
    null,
  ],
  [
    'keeps the newest signed head twice',
    (su) =>
      su.run(
        'ALTER TABLE chain_checkpoints DROP CONSTRAINT chain_checkpoints_pkey; INSERT INTO chain_checkpoints SELECT * FROM chain_checkpoints',
      ),
    'table-altered',
    null,
  ],
  [
    'keeps the head twice',
    (su) =>
      su.run(
        'ALTER TABLE chain_heads DROP CONSTRAINT chain_heads_pkey; INSERT INTO chain_heads SELECT * FROM chain_heads',
      ),
    'table-altered',
    null,
  ],
  [
    'keeps JSON as it was written',
    (su) => su.run(`ALTER TABLE ${su.table} ALTER COLUMN ${su.json} TYPE json`),
    'table-altered',
    null,
  ],
  [
    'counts in numbers with a fraction',
    (su) => su.run('ALTER TABLE chain_batches ALTER COLUMN entries TYPE numeric'),
    'table-altered',
    null,
  ],
  [
    'compares names of chains otherwise',
    (su) => su.run('ALTER TABLE chain_batches ALTER COLUMN chain TYPE text COLLATE "C"'),
    'table-altered',
    null,
  ],
  [
    'makes the JSON of another column',
    (su) =>
      su.run(
        `ALTER TABLE ${su.table} RENAME COLUMN ${su.json} TO genuine; ALTER TABLE ${su.table} ADD COLUMN ${su.json} jsonb GENERATED ALWAYS AS (genuine) STORED`,
      ),
    'table-altered',
    null,
  ],
  ['removes a table', (su) => su.run('DROP TABLE chain_checkpoints'), 'table-altered', null],
]

const EVERYTHING = [
  ...CONTENT.map(([what, ...rest]) => [`gives an entry ${what}`, ...rest] as const),
  ...SHOWN,
  ...PLACE,
  ...LINKS,
  ...HEADS,
  ...SIGNED,
  ...TABLES,
]

/** Of the log alone: it is partitioned by day. */
const DAYS: Alteration[] = [
  ...['infinity', '-infinity', '0044-03-15 BC', '10000-01-01'].map(
    (day): Alteration => [
      `adds an entry of the day ${day}`,
      async (su) => {
        await su.run('CREATE TABLE whenever PARTITION OF access_log DEFAULT')
        await su.copy({ ...ELSEWHERE.access_log, day: `'${day}'` })
      },
      'table-altered',
      null,
    ],
  ),
  ['moves an entry to the day before', setEntry('day', 'day - 1'), 'entry-missing', 2],
  ['detaches a day', (su) => detachDay(su), 'entry-missing', 1],
  [
    'puts an empty one in its place',
    async (su) => {
      const day = await detachDay(su)
      const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
      await su.run(`CREATE TABLE empty PARTITION OF access_log FOR VALUES FROM ('${day}') TO ('${next}')`)
    },
    'entry-missing',
    1,
  ],
]

/** The first link's. */
async function detachDay(su: Superuser): Promise<string> {
  const { day } = await su.link(1).first<{ day: string }>(su.db.raw('day::text AS day'))
  await su.run(`ALTER TABLE access_log DETACH PARTITION access_log_${day.replaceAll('-', '')}`)
  return day
}

describe.each(['access-log', 'audit'] as const)('a superuser before the chain of %s', (kind) => {
  let trail: FurnishedTrail
  let other: FurnishedTrail
  beforeAll(async () => {
    // A round signs whatever is there.
    other = await furnishTrail(harness, kind)
    trail = await furnishTrail(harness, kind)
  })

  it.each<Alteration>([...EVERYTHING, ...(kind === 'audit' ? [] : DAYS)])(
    'is found out who %s',
    async (_what, attack, found, link) => {
      const trx = await harness.db.transaction()
      try {
        await attack(superuser(trx, trail, other))
        const { ok, breaks } = await harness.verdict(trail.source, trx)
        expect([ok, breaks[0]]).toMatchObject([false, { kind: found, link }])
      } finally {
        await trx.rollback()
      }
    },
  )

  it('has altered nothing yet, when all of it is taken back', async () => {
    expect(await harness.verdict(trail.source)).toMatchObject({ ok: true, through: 5, signed: { through: 4 } })
  })

  it.each([
    ['lives', true],
    ['has died', false],
  ])(
    'gains nothing by taking a mark off, to alter what nobody has signed, where who appended it %s',
    async (_what, lives) => {
      const trail = await furnishTrail(harness, kind)
      const { organizationId, source, json } = trail
      const su = superuser(harness.db, trail, trail)
      const clock = manualClock(0)
      const management = harness.management(clock)
      await (kind === 'audit' ? harness.audit(organizationId) : harness.log(organizationId))
      const marked = await su.head().first('unsigned_since')
      await su.head().update({ unsigned_since: null })
      clock.advance(CHAIN_LIMITS.signing.ownAfterMs + 1)
      await (lives ? management.own() : harness.signHeads())
      await su.entries(6).update({ [json]: { forged: true } })
      await writeAnew(harness.db, source)
      await su.head().update(marked)
      await harness.signHeads()
      expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'rewritten', link: 6 }])
    },
  )
})
