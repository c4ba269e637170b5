import type { Read } from '../db/read.js'
import { RECORD_TABLES } from './record-tables.js'

interface Standing {
  readonly id: number
  /** The table of records that it is, or is a part of. */
  readonly name: string
  readonly isPart: boolean
  /** Which transaction described it to Postgres as it is. */
  readonly version: string
}

const STANDING = `
  WITH named AS (
    SELECT oid, relname FROM pg_catalog.pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY (?::name[])
  ), kept AS (
    SELECT oid AS id, relname AS name, false AS "isPart" FROM named
    UNION ALL SELECT inhrelid, relname, true FROM named JOIN pg_catalog.pg_inherits ON inhparent = named.oid
  )
  SELECT id, name, "isPart", rel.xmin AS version FROM kept JOIN pg_catalog.pg_class AS rel ON rel.oid = id`

/**
 * Tables and partitions of records that are described otherwise by now than in the snapshot, or were in between: emptied
 * (TRUNCATE reaches older snapshots, and what COPY (FREEZE) writes then is in all of them), written anew, exchanged for
 * another, given a policy, a rule or an heir. Each of these writes their row in `pg_class`, as no vacuum does, and so does
 * taking it back (an heir's, by the next ANALYZE). A partition that is gone was dropped: what was in it is missing, unless its day has run out.
 *
 * Asked last.
 */
export async function writtenAnew(read: Read, readNow: Read): Promise<readonly string[]> {
  const tables = [Object.keys(RECORD_TABLES)]
  const before = await read<Standing>(STANDING, tables)
  const now = new Map((await readNow<Standing>(STANDING, tables)).map(({ id, version }) => [id, version]))
  const altered = before.filter(({ id, isPart, version }) => (now.get(id) ?? (isPart ? version : '')) !== version)
  return [...new Set(altered.map(({ name }) => name))].map(
    (name) => `${name}: it was emptied, exchanged or written anew while it was read; verify once more`,
  )
}
