import type { Read } from '../db/read.js'
import { firstDayOf, RECORD_TABLES } from './record-tables.js'

/** How Postgres describes a table that is read, or a part of one. */
export interface Standing {
  readonly id: number
  /** The table itself, or the table that it is a part of. */
  readonly name: string
  readonly isPart: boolean
  /** What a part is for; null for one that was dropped since the snapshot. */
  readonly bound: string | null
  /** The transactions that wrote its row in the catalog, and the rows of its columns. */
  readonly version: string
  readonly columns: string
  /** Its indexes, and the table for its long values with its indexes. */
  readonly beside: readonly number[]
}

/** The records, and what a request reads on the way to them: who asks, and whose the records are. */
const TABLES = [...Object.keys(RECORD_TABLES), 'organizations', 'members', 'users', 'sign_ins', 'personal_tokens']

/**
 * The schema is found by its row. A cast to regnamespace, like every name, means what it stands for by now, whatever
 * the snapshot has.
 */
const STANDING = `
  WITH named AS (
    SELECT oid, relname FROM pg_catalog.pg_class
    WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public'::name) AND relname = ANY (?::name[])
  ), kept AS (
    SELECT oid AS id, relname AS name, false AS "isPart" FROM named
    UNION ALL SELECT inhrelid, relname, true FROM named JOIN pg_catalog.pg_inherits ON inhparent = named.oid
  )
  SELECT id, name, "isPart", pg_catalog.pg_get_expr(rel.relpartbound, id) AS bound, rel.xmin AS version,
    pg_catalog.format('%s'::text, ARRAY(
      SELECT attr.xmin FROM pg_catalog.pg_attribute AS attr WHERE attrelid = id ORDER BY attnum
    )) AS columns,
    ARRAY(
      SELECT reltoastrelid
      UNION ALL SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = id OR indrelid = reltoastrelid
    ) AS beside
  FROM kept JOIN pg_catalog.pg_class AS rel ON rel.oid = id`

export function standingOf(read: Read): Promise<readonly Standing[]> {
  return read<Standing>(STANDING, [TABLES])
}

interface Meanwhile {
  readonly before: readonly Standing[]
  /** From the snapshot. */
  readonly touched: ReadonlySet<number>
  readonly withheld: readonly number[]
  readonly now: readonly Standing[]
  /** Parts for days before this one may be gone. Null: parts do not matter. */
  readonly keptFrom: string | null
}

/**
 * What is wrong with how the tables were described while they were read: a snapshot holds rows, but not what a name
 * stands for.
 *
 * A table, a part or a column has other rows in the catalogs after it was emptied, rewritten, renamed, exchanged for
 * another or given a policy or a rule, and also once that was undone. (TRUNCATE reaches older snapshots, and what COPY
 * (FREEZE) writes then is in all of them.) VACUUM does not write these rows, nor does ANALYZE, except when an heir is
 * gone. Whatever else took a table's place or came beside it (another schema, an heir, a part that had not been there)
 * was read, and is not one of those that were there. New parts are for days to come.
 *
 * Besides, an attacker who locks a table can show everyone who waits for it what no earlier snapshot has: records that
 * are altered while somebody waits, and put back once they have been read.
 */
export function alteredMeanwhile({ before, touched, withheld, now, keptFrom }: Meanwhile): readonly string[] {
  const byId = new Map(now.map((table) => [table.id, table]))
  const isGone = ({ isPart, bound }: Standing): boolean =>
    !isPart || (keptFrom !== null && firstDayOf(bound) >= keptFrom)
  const isAltered = (table: Standing): boolean => {
    const after = byId.get(table.id)
    return after ? after.version !== table.version || after.columns !== table.columns : isGone(table)
  }
  const lastDay = before.map(({ bound }) => firstDayOf(bound)).reduce(later, '')
  const known = new Set(
    [...before, ...now.filter(({ bound }) => firstDayOf(bound) > lastDay)].flatMap(({ id, beside }) => [id, ...beside]),
  )
  const isWithheld = ({ id, beside }: Standing): boolean => withheld.some((one) => one === id || beside.includes(one))
  return [
    ...namesOf(before.filter(isAltered)).map(
      (name) => `${name}: it was truncated, replaced or rewritten while it was read`,
    ),
    ...([...touched].every((id) => known.has(id)) ? [] : ['another table was read in place of a table of records']),
    ...namesOf(before.filter(isWithheld)).map((name) => `${name}: another session had locked it when reading began`),
  ].map((what) => `${what}; verify again`)
}

const namesOf = (tables: readonly Standing[]): readonly string[] => [...new Set(tables.map(({ name }) => name))]
const later = (one: string, other: string): string => (one > other ? one : other)
