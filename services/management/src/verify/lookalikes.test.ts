import { beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { chainHarness } from '../test/chain-harness.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { plantEntry } from '../test/planted-entry.js'

const harness = await startForAllTests(chainHarness)

/** What a superuser runs against the trail that is kept in this table. */
type Attack = (trail: FurnishedTrail) => string

/** Another table of the same shape; people read what the view shows. */
const decoy: Attack = ({ table }) => `
  CREATE SCHEMA decoy;
  CREATE TABLE decoy.${table} (LIKE ${table} INCLUDING ALL);
  INSERT INTO decoy.${table} SELECT * FROM ${table};
  ALTER TABLE ${table} RENAME TO genuine;
  CREATE VIEW ${table} AS SELECT * FROM genuine;`

const rule: Attack = ({ table }) => `CREATE RULE evil AS ON DELETE TO ${table} DO INSTEAD NOTHING;`

/** Returns `decoy` if it was asked for the table. */
const unnestTo =
  (parameters: string): Attack =>
  ({ table }) =>
    `
  CREATE FUNCTION ${parameters} RETURNS SETOF text LANGUAGE sql AS $body$
    SELECT CASE WHEN said = '${table}' THEN 'decoy.${table}' ELSE said END
    FROM pg_catalog.json_array_elements_text(pg_catalog.array_to_json($1::text::text[])) AS said $body$;`

/** A concatenation operator with this result. */
const joins = (schema: string, left: string, right: string, says: string) => `
  CREATE FUNCTION ${schema}.joined(${left}, ${right}) RETURNS ${says} $body$;
  CREATE OPERATOR ${schema}.|| (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = ${schema}.joined);`
const NO_RULES = `SETOF text LANGUAGE sql AS $body$
  SELECT pg_catalog.concat($1::text, $2::text) WHERE $1::text <> 'rule '`

/** A base type that the attacker made of text. */
const TYPE = (category: string) => `
  CREATE TYPE evil;
  CREATE FUNCTION evil_in(cstring) RETURNS evil LANGUAGE internal IMMUTABLE STRICT AS 'textin';
  CREATE FUNCTION evil_out(evil) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
  CREATE TYPE evil (INPUT = evil_in, OUTPUT = evil_out, LIKE = text, CATEGORY = '${category}', PREFERRED = true);`

/** Postgres’s own operators, in an operator class that orders one number before all others. */
const ORDER = `
  CREATE FUNCTION evil_order(bigint, bigint) RETURNS integer LANGUAGE sql IMMUTABLE AS $body$
    SELECT pg_catalog.btint8cmp(CASE WHEN $1 > 99000000 THEN -9223372036854775808 ELSE $1 END,
      CASE WHEN $2 > 99000000 THEN -9223372036854775808 ELSE $2 END) $body$;
  CREATE OPERATOR CLASS evil_ops FOR TYPE bigint USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 evil_order(bigint, bigint);
  SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;`

const equalInTheirSchema: Attack = (trail) => `
  ${decoy(trail)}
  CREATE FUNCTION same(oid, regclass) RETURNS boolean LANGUAGE sql AS $body$
    SELECT $1 OPERATOR(pg_catalog.=) CASE WHEN $2::oid OPERATOR(pg_catalog.=) 'public.${trail.table}'::regclass::oid
      THEN 'decoy.${trail.table}'::regclass::oid ELSE $2::oid END $body$;
  CREATE OPERATOR pg_catalog.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = same);`

const ATTACKS: readonly (readonly [what: string, attack: Attack])[] = [
  ['unnest, of the exact type', (trail) => decoy(trail) + unnestTo('public.unnest(text[])')(trail)],
  [
    'unnest, with a default beside it',
    (trail) => decoy(trail) + unnestTo('public.unnest(text[], integer DEFAULT 0)')(trail),
  ],
  ['unnest, in Postgres’s own schema', (trail) => decoy(trail) + unnestTo('pg_catalog.unnest(text[])')(trail)],
  [
    'unnest, of a type that a cast leads to',
    (trail) =>
      `${decoy(trail)}${TYPE('A')}
       CREATE FUNCTION to_evil(text[]) RETURNS evil LANGUAGE sql IMMUTABLE AS $body$ SELECT $1::text::evil $body$;
       CREATE CAST (text[] AS evil) WITH FUNCTION to_evil(text[]) AS IMPLICIT;
       ${unnestTo('public.unnest(evil)')(trail)}`,
  ],
  [
    'what is equal to the number of a table',
    (trail) => `${decoy(trail)}
      CREATE FUNCTION same(oid, regclass) RETURNS boolean LANGUAGE sql AS $body$
        SELECT $1 = CASE $2::oid WHEN 'public.${trail.table}'::regclass::oid
          THEN 'decoy.${trail.table}'::regclass::oid ELSE $2::oid END $body$;
      CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = same);`,
  ],
  ['what is equal to the number of a table, in Postgres’s own schema', equalInTheirSchema],
  ['|| of two names', (trail) => rule(trail) + joins('public', 'name', 'name', NO_RULES)],
  ['|| of two names, in Postgres’s own schema', (trail) => rule(trail) + joins('pg_catalog', 'name', 'name', NO_RULES)],
  ['|| of text and a name', (trail) => rule(trail) + joins('public', 'text', 'name', NO_RULES)],
  [
    '|| of a domain and a name',
    (trail) => `${rule(trail)} CREATE DOMAIN evil AS text; ${joins('public', 'evil', 'name', NO_RULES)}`,
  ],
  [
    '|| of a type that nobody has and a name',
    (trail) => rule(trail) + TYPE('U') + joins('public', 'evil', 'name', NO_RULES),
  ],
  [
    '|| of a name and text, which says jsonb of json',
    (trail) =>
      `ALTER TABLE ${trail.table} ALTER COLUMN ${trail.json} TYPE json;${joins(
        'public',
        'name',
        'text',
        `name LANGUAGE sql AS $body$ SELECT pg_catalog.concat($1, CASE $2 WHEN 'json' THEN 'jsonb' ELSE $2 END)::name`,
      )}`,
  ],
  [
    'an order of batches',
    (trail) =>
      `${ORDER} DROP INDEX ${trail.table}_batch;
       CREATE INDEX ${trail.table}_batch ON ${trail.table} (organization_id, batch evil_ops);${plantEntry(trail)}`,
  ],
  [
    'what > means, for the planner to rule a table out',
    (trail) => `
      CREATE OPERATOR FAMILY evil USING btree;
      ALTER OPERATOR FAMILY evil USING btree ADD
        OPERATOR 1 >(bigint, bigint), OPERATOR 4 <>(bigint, bigint), OPERATOR 5 >=(bigint, bigint);
      ALTER TABLE ${trail.table} ADD CHECK (batch >= -5::bigint);
      SET LOCAL constraint_exclusion = on;${plantEntry(trail)}`,
  ],
  [
    'an order of names within Postgres’s own family, which a setting turns round',
    (trail) => `
      CREATE FUNCTION turned(text, text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $body$ BEGIN
        RETURN CASE WHEN pg_catalog.current_setting('evil.turned', true) = 'yes' THEN 1 ELSE pg_catalog.bttextcmp($1, $2) END;
      END $body$;
      CREATE FUNCTION turned(varchar, text) RETURNS integer LANGUAGE sql IMMUTABLE AS $body$ SELECT turned($1::text, $2) $body$;
      CREATE FUNCTION turned(varchar, varchar) RETURNS integer LANGUAGE sql IMMUTABLE AS
        $body$ SELECT turned($1::text, $2::text) $body$;
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.lt(varchar, varchar) RETURNS boolean LANGUAGE internal IMMUTABLE AS 'text_lt';
      CREATE FUNCTION evil.eq(varchar, varchar) RETURNS boolean LANGUAGE internal IMMUTABLE AS 'texteq';
      CREATE OPERATOR evil.< (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil.lt);
      CREATE OPERATOR evil.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil.eq);
      CREATE OPERATOR CLASS evil_ops FOR TYPE varchar USING btree FAMILY pg_catalog.text_ops AS
        OPERATOR 1 evil.<, OPERATOR 3 evil.=, FUNCTION 1 turned(varchar, varchar), FUNCTION 1 (varchar, text) turned(varchar, text);
      DROP INDEX ${trail.table}_batch;
      CREATE INDEX ${trail.table}_batch ON ${trail.table} (organization_id evil_ops, batch);
      SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
      SET LOCAL evil.turned = 'yes';${plantEntry(trail)} SET LOCAL evil.turned = 'no';`,
  ],
  [
    'an index for rows of a setting of who inserts',
    (trail) => `
      DROP INDEX ${trail.table}_batch;
      CREATE INDEX ${trail.table}_batch ON ${trail.table} (organization_id, batch) WHERE
        timezone('IST'::text, '2026-01-01 00:00:00+00'::timestamptz) = '2026-01-01 02:00:00'::timestamp;`,
  ],
  [
    'an index of another kind',
    ({ table }) => `
      DROP INDEX ${table}_batch;
      CREATE INDEX ${table}_batch ON ${table} USING brin (organization_id, batch);`,
  ],
  [
    'an index of what a function says',
    ({ table }) => `
      DROP INDEX ${table}_batch;
      CREATE INDEX ${table}_batch ON ${table} (organization_id, (batch + 0));`,
  ],
  [
    'statistics of what a function says, which it does while a statement is planned',
    ({ table }) => `
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.one() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $body$ BEGIN RETURN 1; END $body$;
      CREATE STATISTICS evil.stat ON (batch + evil.one()), organization_id FROM ${table};`,
  ],
  [
    'a function of a name of Postgres’s, with a default of a type of its own',
    () => `
      CREATE TYPE evil AS ENUM ('a');
      CREATE FUNCTION public.nextval(text, evil DEFAULT 'a') RETURNS bigint LANGUAGE sql AS $body$ SELECT 1::bigint $body$;`,
  ],
  [
    'a function in the place of one of Postgres’s that was renamed',
    (trail) => `
      ${decoy(trail)}
      ALTER FUNCTION pg_catalog.to_regclass(text) RENAME TO to_regclass_before;
      CREATE FUNCTION pg_catalog.to_regclass(text) RETURNS regclass LANGUAGE sql STABLE AS $body$
        SELECT pg_catalog.to_regclass_before(CASE $1 WHEN '${trail.table}' THEN 'decoy.${trail.table}' ELSE $1 END) $body$;`,
  ],
  [
    'a function that says another time, in the place of one that was renamed',
    ({ table, organizationId }) => `
      UPDATE ${table} SET at = at - interval '9 days' WHERE organization_id = '${organizationId}';
      ALTER FUNCTION pg_catalog.trim_scale(numeric) RENAME TO trim_scale_before;
      CREATE FUNCTION pg_catalog.trim_scale(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS
        $body$ SELECT pg_catalog.trim_scale_before($1 + 777600000) $body$;`,
  ],
  [
    'a function in public, where one of its name was renamed',
    () => `
      ALTER FUNCTION pg_catalog.trim_scale(numeric) RENAME TO trim_scale_before;
      CREATE FUNCTION public.trim_scale(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS
        $body$ SELECT pg_catalog.trim_scale_before($1) $body$;`,
  ],
  [
    'an operator in the place of one that was moved, by which nothing was made later',
    (trail) => `
      ${decoy(trail)} ${unnestTo('pg_catalog.unnest(text[])')(trail)} CREATE SCHEMA evil;
      ALTER OPERATOR pg_catalog.>= (oid, oid) SET SCHEMA evil;
      CREATE FUNCTION evil.never(oid, oid) RETURNS boolean LANGUAGE sql IMMUTABLE AS $body$ SELECT false $body$;
      CREATE OPERATOR pg_catalog.>= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.never);`,
  ],
  [
    'a function of the name and types of one that was moved',
    (trail) => `
      ${decoy(trail)}
      ALTER FUNCTION pg_catalog.to_regclass(text) SET SCHEMA decoy;
      CREATE FUNCTION public.to_regclass(text) RETURNS regclass LANGUAGE sql STABLE AS $body$
        SELECT decoy.to_regclass(CASE $1 WHEN '${trail.table}' THEN 'decoy.${trail.table}' ELSE $1 END) $body$;`,
  ],
  [
    'a type in the place of one that was renamed',
    () => `
      ALTER TYPE pg_catalog.timestamptz RENAME TO before;
      ${TYPE('U')} ALTER TYPE evil RENAME TO timestamptz; CREATE CAST (timestamptz AS before) WITH INOUT AS IMPLICIT;`,
  ],
  [
    'two functions of Postgres’s own that exchanged their names',
    () => `
      ALTER AGGREGATE pg_catalog.min(date) RENAME TO min_before;
      ALTER AGGREGATE pg_catalog.max(date) RENAME TO min;
      ALTER AGGREGATE pg_catalog.min_before(date) RENAME TO max;`,
  ],
  [
    'an operator go away, so that one of other types is taken',
    (trail) => `
      CREATE SCHEMA evil; ALTER OPERATOR pg_catalog.> (bigint, bigint) SET SCHEMA evil; ${plantEntry(trail)}`,
  ],
  ...['pg_statistic_ext', 'pg_index', 'pg_rewrite', 'pg_proc'].map((name): (typeof ATTACKS)[number] => [
    `another ${name} in public, where Postgres’s own was renamed`,
    () => `
      SET LOCAL allow_system_table_mods = on;
      CREATE TABLE public.${name} (LIKE pg_catalog.${name});
      INSERT INTO public.${name} SELECT * FROM pg_catalog.${name};
      ALTER TABLE pg_catalog.${name} RENAME TO before;`,
  ]),
  [
    'a trigger of the name of ours',
    ({ table }) =>
      `CREATE TRIGGER chain_checkpoints_previous BEFORE INSERT ON ${table}
       FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
  ],
  [
    'a trigger for who signs in',
    () => `
      CREATE FUNCTION evil() RETURNS event_trigger LANGUAGE plpgsql AS $body$ BEGIN END $body$;
      CREATE EVENT TRIGGER evil ON ddl_command_end EXECUTE FUNCTION evil();
      SET LOCAL allow_system_table_mods = on;
      UPDATE pg_event_trigger SET evtevent = 'login'`,
  ],
]

/** For the log only, because it is partitioned by day. */
const DAYS: typeof ATTACKS = [
  [
    'an order of batches for one day alone',
    (trail) => `${ORDER} DROP INDEX access_log_batch;
      DO $body$ BEGIN EXECUTE pg_catalog.format('CREATE INDEX ON access_log_%s (organization_id, batch evil_ops)',
        pg_catalog.to_char(current_date, 'YYYYMMDD')); END $body$;${plantEntry(trail)}`,
  ],
  [
    'an order of days, which a setting turns round, for the log to be divided by',
    (trail) => `
      CREATE FUNCTION turned(date, date) RETURNS integer LANGUAGE sql IMMUTABLE AS $body$
        SELECT pg_catalog.date_cmp($1, $2 + pg_catalog.current_setting('evil.days')::integer) $body$;
      SET LOCAL evil.days = '0';
      CREATE OPERATOR CLASS evil_ops FOR TYPE date USING btree AS
        OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 turned(date, date);
      ALTER TABLE access_log RENAME TO before;
      CREATE TABLE access_log (LIKE before, PRIMARY KEY (day, boot_id, shard, sequence)) PARTITION BY RANGE (day evil_ops);
      CREATE TABLE genuine PARTITION OF access_log FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
      CREATE TABLE forged PARTITION OF access_log FOR VALUES FROM ('2100-01-01') TO ('2200-01-01');
      INSERT INTO access_log SELECT * FROM before;
      SET LOCAL evil.days = '36525';${plantEntry(trail)} SET LOCAL evil.days = '0';`,
  ],
]

/**
 * For a statement by which `verify` walks batches, this check says something else than for one by which a person's page
 * reads.
 */
const LYING_CHECK: Attack = ({ table }) => `
  CREATE SCHEMA evil;
  CREATE FUNCTION evil.most() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $body$ BEGIN
    RETURN CASE WHEN pg_catalog.current_query() LIKE '%RECUR' || 'SIVE%' THEN '-9223372036854775808'::bigint ELSE 9223372036854775807 END;
  END $body$;
  ALTER TABLE ${table} ADD CHECK (batch <= evil.most());`

describe.each(['access-log', 'audit'] as const)('verifying the chain of %s', (kind) => {
  let trail: FurnishedTrail
  beforeAll(async () => {
    trail = await furnishTrail(harness, kind)
  })

  async function breaksUnder(sql: string) {
    const trx = await harness.db.transaction()
    try {
      await trx.raw(sql)
      return (await harness.verdict(trail.source, trx)).breaks
    } finally {
      await trx.rollback()
    }
  }

  it.each([...ATTACKS, ...(kind === 'audit' ? [] : DAYS)])(
    'reports table-altered if a superuser makes %s',
    async (_what, attack) => {
      const breaks = await breaksUnder(attack(trail))
      expect(new Set(breaks.map(({ kind, link }) => `${kind} ${link}`))).toEqual(new Set(['table-altered null']))
    },
  )

  it('reports a planted entry although a CHECK constraint says that there is no such row', async () => {
    expect(await breaksUnder(LYING_CHECK(trail) + plantEntry(trail))).toMatchObject([{ kind: 'entry-extra' }])
  })

  it('reports no extension whose types or names are its own, or which is in a schema of its own', async () => {
    const inPublic = ['citext', 'hstore', 'pgcrypto', 'pg_stat_statements', '"uuid-ossp"']
    const elsewhere = ['intarray', 'pg_trgm', 'btree_gist']
    const all = [...inPublic, ...elsewhere.map((name) => `${name} SCHEMA extensions`)]
    expect(
      await breaksUnder(`CREATE SCHEMA extensions; ${all.map((what) => `CREATE EXTENSION ${what};`).join('')}`),
    ).toEqual([])
  })

  it.each(['intarray', 'pg_trgm'])(
    'reports the extension %s in public, because it cannot be told from an attack',
    async (name) => {
      expect(await breaksUnder(`CREATE EXTENSION ${name}`)).toContainEqual({
        kind: 'table-altered',
        link: null,
        day: null,
        detail: expect.stringMatching(/can be mistaken for one of Postgres’s own/),
      })
    },
  )
})
