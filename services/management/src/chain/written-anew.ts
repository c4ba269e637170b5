import type { Read } from '../db/read.js'
import { RECORD_TABLES } from './record-tables.js'

/**
 * Tables and partitions of records that stand in another file by now than in the snapshot. TRUNCATE empties a table for
 * older snapshots too, and what COPY (FREEZE) writes then is in all of them; VACUUM FULL writes a table anew as well. Of
 * two that were exchanged, each is called otherwise. A file has no second life, so nobody undoes that unseen. A partition
 * that is gone has been dropped: what was in it is missing, unless its day has run out.
 */
const WRITTEN_ANEW = `
  WITH named AS (
    SELECT name, pg_catalog.to_regclass(name)::oid AS id FROM pg_catalog.unnest(?::text[]) AS name
  ), kept AS (
    SELECT id, name FROM named
    UNION ALL SELECT inhrelid, name FROM named JOIN pg_catalog.pg_inherits ON inhparent = id
  )
  SELECT name FROM named
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS rel WHERE rel.oid = id AND relname = named.name::name)
  UNION SELECT name FROM kept JOIN pg_catalog.pg_class AS rel ON rel.oid = id
    WHERE relfilenode <> pg_catalog.pg_relation_filenode(id)`

/** Asked last, in the snapshot that was read. */
export async function writtenAnew(read: Read): Promise<readonly string[]> {
  const rows = await read<{ name: string }>(WRITTEN_ANEW, [Object.keys(RECORD_TABLES)])
  return rows.map(
    ({ name }) => `${name}: it was emptied, exchanged or written anew while it was read; verify once more`,
  )
}
