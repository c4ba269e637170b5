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

/** What the statements name by which records are read, by numbers which are those of every version. */
const NAMED = {
  type: {
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
    date: 1082,
    timestamp: 1114,
    timestamptz: 1184,
    numeric: 1700,
    regclass: 2205,
    jsonb: 3802,
    regcollation: 4191,
  },
  function: {
    array_to_string: 395,
    current_schemas: 1403,
    extract: 6203,
    format: 3539,
    format_type: 1081,
    generate_series: 1067,
    json_to_recordset: 3205,
    max: 2115,
    min: 2131,
    pg_describe_object: 3537,
    pg_get_constraintdef: 1387,
    pg_get_expr: 1716,
    pg_get_partkeydef: 3352,
    to_regclass: 3495,
    to_timestamp: 1158,
    trim_scale: 5043,
    unnest: 2331,
  },
}

/** Those of them that have another name by now, or stand elsewhere. */
const gone = (kind: keyof typeof NAMED, table: string, of: string): string => {
  const named = Object.entries(NAMED[kind]).map(([name, oid]) => `SELECT '${oid}', '11', '${name}'`)
  return `SELECT '${kind}', ${of}name FROM (
    ((SELECT oid, ${of}namespace, ${of}name FROM ${table} LIMIT 0) UNION ALL ${named.join(' UNION ALL ')})
    EXCEPT SELECT oid, ${of}namespace, ${of}name FROM ${table}
  ) AS gone`
}

/**
 * Where Postgres's own is renamed, nothing of its name is left to compare another with: so nothing stands in its schema but
 * what it brings, and what we name has its name. No function, operator or type is named here, since each could be the very
 * one: sets are compared by what their columns' types say. Names of tables mean those of Postgres's schema, whatever that
 * is called: it is searched before all others.
 */
const INTRUDERS = `
  SELECT kind, name FROM (${MADE_THERE.join(' UNION ALL')}) AS made
  UNION ALL ${gone('type', 'pg_type', 'typ')}
  UNION ALL ${gone('function', 'pg_proc', 'pro')}
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
