import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/** What stands in a schema. */
const KINDS = [
  ['function', 'pg_proc', 'pro'],
  ['operator', 'pg_operator', 'opr'],
  ['type', 'pg_type', 'typ'],
  ['collation', 'pg_collation', 'coll'],
  ['table', 'pg_class', 'rel'],
] as const

/** In Postgres's own schema, which is number 11, and made after the server itself: numbered from 16384 on. */
const MADE_THERE = KINDS.map(
  ([kind, table, of]) => `
  (SELECT '${kind}' AS kind, oid, ${of}namespace, ${of}name AS name FROM ${table}
   INTERSECT SELECT '${kind}', GREATEST(oid, '16384'), '11', ${of}name FROM ${table})`,
)

/** Types that our statements name, by their numbers, which are those of every version. */
const TYPES = Object.entries({
  ...{
    bool: 16,
    bytea: 17,
    char: 18,
    name: 19,
    int8: 20,
    int2: 21,
    int4: 23,
    text: 25,
    oid: 26,
    json: 114,
    float8: 701,
  },
  ...{ date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700, regclass: 2205, jsonb: 3802, regcollation: 4191 },
}).map(([name, oid]) => `SELECT '${oid}', '11', '${name}'`)

/**
 * Where Postgres's own is renamed, nothing of its name is left to compare another with: so nothing stands in its schema but
 * what it brings, and its types have their names. No function, operator or type is named here, since each could be the very
 * one: sets are compared by what their columns' types say. Names of tables mean those of Postgres's schema, whatever that
 * is called: it is searched before all others.
 */
const INTRUDERS = `
  SELECT kind, name FROM (${MADE_THERE.join(' UNION ALL')}) AS made
  UNION ALL SELECT 'type', typname FROM (
    ((SELECT oid, typnamespace, typname FROM pg_type LIMIT 0) UNION ALL ${TYPES.join(' UNION ALL ')})
    EXCEPT SELECT oid, typnamespace, typname FROM pg_type
  ) AS renamed
  UNION ALL SELECT 'schema', nspname FROM (
    ((SELECT oid, nspname FROM pg_namespace LIMIT 0) UNION ALL SELECT '11', 'pg_catalog')
    EXCEPT SELECT oid, nspname FROM pg_namespace
  ) AS renamed
  LIMIT ?`

/** Answers what there is of it: then Postgres's own names mean nothing, and each statement rests on them. */
export async function findIntruders(db: Knex): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { kind: string; name: string }[] }>(INTRUDERS, [
    CHAIN_LIMITS.verify.breaksNamed,
  ])
  return rows.map(({ kind, name }) => `a ${kind}, ${name}, has the place of what is Postgres’s own`)
}
