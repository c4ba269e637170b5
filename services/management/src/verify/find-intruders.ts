import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import type { Read } from '../db/read.js'
import { NAMED } from './named-by-statements.js'

/** Kinds of objects that stand in a schema. */
const KINDS = [
  ['function', 'pg_proc', 'pro'],
  ['operator', 'pg_operator', 'opr'],
  ['type', 'pg_type', 'typ'],
  ['collation', 'pg_collation', 'coll'],
  ['table', 'pg_class', 'rel'],
] as const

/**
 * Objects in Postgres's own schema, which is number 11, that were made after the server itself: numbered from 16384 on.
 */
const MADE_THERE = KINDS.map(
  ([kind, table, of]) => `
  (SELECT '${kind}' AS kind, oid, ${of}namespace, ${of}name AS name FROM ${table}
   INTERSECT SELECT '${kind}', GREATEST(oid, '16384'), '11', ${of}name FROM ${table})`,
)

/**
 * Objects that Postgres's sources number, below 10000, and that no longer stand in that schema. Tables are left out:
 * those that hold long values for a system table have such a number too, but another schema.
 */
const MOVED = KINDS.filter(([kind]) => kind !== 'table').map(
  ([kind, table, of]) => `
  (SELECT '${kind}' AS kind, oid, ${of}namespace, ${of}name AS name FROM ${table}
   INTERSECT SELECT '${kind}', LEAST(oid, '9999'), ${of}namespace, ${of}name FROM ${table}
   EXCEPT SELECT '${kind}', oid, '11', ${of}name FROM ${table})`,
)

/** Objects that the statements name, and that now have another name or stand elsewhere. */
const gone = (kind: keyof typeof NAMED, table: string, of: string): string => {
  const named = Object.entries(NAMED[kind]).flatMap(([name, oids]) =>
    oids.map((oid) => `SELECT '${oid}', '11', '${name}'`),
  )
  return `SELECT '${kind}', ${of}name FROM (
    ((SELECT oid, ${of}namespace, ${of}name FROM ${table} LIMIT 0) UNION ALL ${named.join(' UNION ALL ')})
    EXCEPT SELECT oid, ${of}namespace, ${of}name FROM ${table}
  ) AS gone`
}

/**
 * If one of Postgres's own objects is renamed, nothing of its name is left to compare another with. So this checks that
 * Postgres's schema holds only what Postgres brings, and that what the statements name has its name. It names no
 * function, operator or type, because that could be the very one that was replaced: sets are compared by what their
 * columns' types say. Names of tables mean those of Postgres's schema, whatever that is called, because it is searched
 * before all others.
 */
const INTRUDERS = `
  SELECT kind, name FROM (${[...MADE_THERE, ...MOVED].join(' UNION ALL')}) AS made
  UNION ALL ${gone('type', 'pg_type', 'typ')}
  UNION ALL ${gone('function', 'pg_proc', 'pro')}
  UNION ALL ${gone('table', 'pg_class', 'rel')}
  UNION ALL SELECT 'schema', nspname FROM (
    ((SELECT oid, nspname FROM pg_namespace LIMIT 0) UNION ALL SELECT '11', 'pg_catalog')
    EXCEPT SELECT oid, nspname FROM pg_namespace
  ) AS renamed
  LIMIT ?`

/** Returns the intruders. If there are any, Postgres's own names mean nothing, and each statement rests on them. */
export async function findIntruders(read: Read): Promise<readonly string[]> {
  const rows = await read<{ kind: string; name: string }>(INTRUDERS, [CHAIN_LIMITS.verify.breaksNamed])
  return rows.map(({ kind, name }) => `a ${kind} named ${name} takes the place of one of Postgres’s own`)
}
