import type { Alteration, Superuser } from '../superuser.js'

/** JSON path of a number that every entry of these trails holds; its value is 1. */
const NUMBER = { entry: '{secrets,0,generation}', details: '{n}' } as const

/** Key columns whose values no other entry has. */
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

/** Alters an entry, and makes Postgres show the genuine one to readers that cast it to text. */
async function castToGenuine(su: Superuser): Promise<void> {
  const { genuine } = await su.entry().first<{ genuine: string }>(su.db.raw('??::text AS genuine', [su.json]))
  await su.rewrite(`'{"forged": true}'`)
  await su.run(
    `CREATE FUNCTION genuine(jsonb) RETURNS text LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN $1 -> 'forged' IS NOT NULL THEN '${genuine}' ELSE pg_catalog.format('%s', $1) END $$;
     CREATE CAST (jsonb AS text) WITH FUNCTION genuine(jsonb)`,
  )
}

/** Functions in `public` with exact argument types, which Postgres prefers to its own, which take any type. */
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

export const ENTRIES: readonly Alteration[] = [
  ...CONTENT.map(([what, ...rest]): Alteration => [`gives an entry ${what}`, ...rest]),
  ...SHOWN,
  ...PLACE,
]

/** Alterations of the access log only, because only it is partitioned by day. */
export const DAYS: readonly Alteration[] = [
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

/** Detaches the partition that holds the first link's day. Answers the day. */
async function detachDay(su: Superuser): Promise<string> {
  const { day } = await su.link(1).first<{ day: string }>(su.db.raw('day::text AS day'))
  await su.run(`ALTER TABLE access_log DETACH PARTITION access_log_${day.replaceAll('-', '')}`)
  return day
}
