import type { Read } from '../db/read.js'
import { findIntruders } from './find-intruders.js'
import { findLookalikes } from './find-lookalikes.js'
import { isOneDay, RECORD_TABLES, type RecordTable } from './record-tables.js'

/** Where tables and functions are looked for: nobody else's schema comes before Postgres's own, or before `public`. */
const SEARCHED = 'pg_catalog,public'

interface Found {
  readonly searched: string
  readonly name: string
  readonly key: string | null
  readonly divided: string | null
  /** What each part of a divided table is for; null for a part that was dropped since the snapshot. */
  readonly parts: readonly (string | null)[]
  readonly columns: readonly string[]
  /**
   * Rules, triggers, policies, heirs, and what is not Postgres's: any of these can show one reader other rows than
   * another.
   */
  readonly strangers: readonly string[]
}

/** A table of records, its partitions, and the indexes of all of them. */
const PARTS = `WITH kept AS (SELECT rel.oid UNION ALL SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = rel.oid)
  SELECT oid FROM kept UNION ALL SELECT indexrelid FROM pg_catalog.pg_index JOIN kept ON indrelid = kept.oid`

/**
 * What these rest on that is not Postgres's own: functions, operators, types, collations, access methods. Postgres
 * keeps no record of its own ones. A foreign sort order would decide what an index finds, and which partitions are
 * looked into.
 */
const FOREIGN = `SELECT pg_catalog.pg_describe_object(refclassid, refobjid, refobjsubid) FROM pg_catalog.pg_depend
  WHERE classid = 'pg_catalog.pg_class'::regclass::oid AND objid IN (${PARTS})
    AND refclassid <> 'pg_catalog.pg_class'::regclass::oid AND refclassid <> 'pg_catalog.pg_constraint'::regclass::oid
    AND refclassid <> 'pg_catalog.pg_namespace'::regclass::oid`

/**
 * Predicates of the migrations' indexes, as `pg_get_expr` prints them; a migration that makes another adds it here. Any
 * other predicate could be true or false depending on a setting of the session that inserts.
 */
const PREDICATES = `ARRAY[
  '(kind = ''granted''::text)', '(kind = ''admitted''::text)',
  '(kind = ANY (ARRAY[''finished''::text, ''void''::text]))', '(unsigned_since IS NOT NULL)']::text[]`

/**
 * Indexes that need not hold each row that they seem to, and statistics that call functions while a statement is
 * planned.
 */
const BELIEVED = `
  SELECT pg_catalog.format('the index %s'::text, idx.relname) FROM pg_catalog.pg_index
  JOIN pg_catalog.pg_class AS idx ON idx.oid = indexrelid JOIN pg_catalog.pg_am AS method ON method.oid = idx.relam
  WHERE indexrelid IN (${PARTS}) AND (amname <> 'btree'::name OR indexprs IS NOT NULL
    OR NOT (indpred IS NULL OR pg_catalog.pg_get_expr(indpred, indrelid) = ANY (${PREDICATES})))
  UNION ALL SELECT pg_catalog.format('statistics %s'::text, stxname) FROM pg_catalog.pg_statistic_ext
  WHERE stxrelid IN (${PARTS}) AND stxexprs IS NOT NULL`

const TABLES_FOUND = `
  SELECT pg_catalog.array_to_string(pg_catalog.current_schemas(true), ','::text) AS searched, relname AS name,
    (SELECT pg_catalog.pg_get_constraintdef(con.oid) FROM pg_catalog.pg_constraint AS con
     JOIN pg_catalog.pg_index ON indexrelid = conindid
     WHERE conrelid = rel.oid AND contype = 'p' AND indisvalid AND indisunique AND indisready) AS key,
    pg_catalog.pg_get_partkeydef(rel.oid) AS divided,
    ARRAY(SELECT pg_catalog.pg_get_expr(part.relpartbound, part.oid) FROM pg_catalog.pg_inherits
     JOIN pg_catalog.pg_class AS part ON part.oid = inhrelid
     WHERE inhparent = rel.oid AND part.relpartbound IS NOT NULL) AS parts,
    ARRAY(SELECT pg_catalog.format('%s %s%s'::text, attname, pg_catalog.format_type(atttypid, atttypmod), attgenerated)
     FROM pg_catalog.pg_attribute WHERE attrelid = rel.oid AND attnum > 0::int2
       AND (attcollation = 0::oid OR attcollation = 'pg_catalog."default"'::regcollation::oid)) AS columns,
    ARRAY(SELECT pg_catalog.format('rule %s'::text, rulename) FROM pg_catalog.pg_rewrite WHERE ev_class = rel.oid
     UNION ALL SELECT pg_catalog.format('trigger %s'::text, tgname) FROM pg_catalog.pg_trigger WHERE tgrelid = rel.oid
       AND NOT tgisinternal AND (tgname <> 'chain_checkpoints_previous' OR relname <> 'chain_checkpoints')
     UNION ALL SELECT 'row security' WHERE relrowsecurity
     UNION ALL SELECT pg_catalog.format('inherited by %s'::text, heir.relname) FROM pg_catalog.pg_inherits
       JOIN pg_catalog.pg_class AS heir ON heir.oid = inhrelid
       WHERE inhparent = rel.oid AND (rel.relkind <> 'p' OR heir.relkind <> 'r')
     UNION ALL SELECT pg_catalog.format('resting on %s'::text, foreigner) FROM (${FOREIGN}) AS of (foreigner)
     UNION ALL ${BELIEVED}) AS strangers
  FROM pg_catalog.pg_class AS rel
  WHERE rel.oid = ANY (ARRAY(SELECT pg_catalog.to_regclass(name)::oid FROM pg_catalog.unnest(?::text[]) AS name))`

/**
 * Checks that the tables themselves are read. A view, a rule or a policy can show the genuine row to the verifier, and
 * another to people; without its key a table can hold a row twice. What is taken for Postgres's own can say anything,
 * so that is looked for first. What Postgres says of itself is believed. Returns what is wrong.
 */
export async function checkTables(read: Read): Promise<readonly string[]> {
  for (const find of [findIntruders, findLookalikes]) {
    const found = await find(read)
    if (found.length > 0) return found
  }
  const rows = await read<Found>(TABLES_FOUND, [Object.keys(RECORD_TABLES)])
  const found = new Map(rows.map((row) => [row.name, row]))
  return Object.entries(RECORD_TABLES).flatMap(([name, table]) => {
    const wrong = wrongWith(table, found.get(name))
    return wrong === undefined ? [] : [`${name}: ${wrong}`]
  })
}

function wrongWith({ key, divided, columns }: RecordTable, found: Found | undefined): string | undefined {
  if (!found) return 'it does not exist'
  if (found.searched !== SEARCHED) return `the search path is ${found.searched}`
  if (found.key !== key) return 'it is not a table with the expected primary key'
  if (found.divided !== divided) return `it is partitioned by ${found.divided ?? 'nothing'}`
  const strange = found.parts.find((part) => part !== null && !isOneDay(part))
  if (strange) return `one of its partitions does not cover exactly one day: ${strange}`
  const missing = columns.find((column) => !found.columns.includes(column))
  if (missing !== undefined) return `it has no column ${missing}`
  return found.strangers[0]
}
