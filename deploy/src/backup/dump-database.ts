import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { DatabasePart } from './backup-files.js'
import { type DumpHead, type DumpTable, END, HEAD, TABLE } from './dump-format.js'

/** Identifies the backup that a dump is part of. */
export interface BackupName {
  readonly id: string
  readonly madeAt: string
}

/**
 * Dumps a database as a script that psql can run as well. It holds rows only, for tables that `migrate` has made, so it
 * can be loaded into another major version of Postgres, and needs none of Postgres's programs.
 *
 * @param client in a transaction that sees one state (REPEATABLE READ).
 */
export async function* dumpDatabase(client: pg.Client, part: DatabasePart, name: BackupName): AsyncGenerator<Buffer> {
  const tables = await tablesOf(client)
  const head: DumpHead = {
    ...name,
    part,
    migrations: await migrationsOf(client),
    days: await accessDays(client),
    sequences: await sequencesOf(client),
  }
  yield line(`${HEAD}${JSON.stringify(head)}`)
  yield line('BEGIN;')
  yield line(`TRUNCATE ${tables.map(({ name: table }) => pg.escapeIdentifier(table)).join(', ')};`)
  for (const day of head.days) yield line(`${partitionStatement(day)};`)
  const rows: Record<string, number> = {}
  for (const table of tables) {
    const columns = table.columns.map((column) => pg.escapeIdentifier(column)).join(', ')
    const from = pg.escapeIdentifier(table.name)
    yield line(`${TABLE}${JSON.stringify(table)}`)
    yield line(`COPY ${from} (${columns}) FROM stdin;`)
    // Copies a query instead of the table, because a partitioned table has no rows of its own.
    const copy = client.query(copyTo(`COPY (SELECT ${columns} FROM ${from}) TO STDOUT`))
    for await (const chunk of copy) yield chunk
    rows[table.name] = copy.rowCount
    yield line('\\.')
  }
  for (const [sequence, value] of Object.entries(head.sequences))
    yield line(`SELECT setval(${pg.escapeLiteral(sequence)}, ${BigInt(value)});`)
  yield line('COMMIT;')
  yield line(`${END}${JSON.stringify(rows)}`)
}

/**
 * Creates the partition of the access log for one day, as the schema's own `make_access_partition` creates it for
 * coming days.
 */
export function partitionStatement(day: string): string {
  const [, year, month, date] = /^(\d{4})(\d\d)(\d\d)$/.exec(day) ?? []
  const from = `${year}-${month}-${date}`
  const to = new Date(Date.parse(`${from}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return `CREATE TABLE IF NOT EXISTS access_log_${day} PARTITION OF access_log FOR VALUES FROM ('${from}') TO ('${to}')`
}

/** Names of the migrations applied to the schema; none where there is no table of migrations. */
export async function migrationsOf(client: pg.Client): Promise<string[]> {
  const { rows: there } = await client.query(`SELECT to_regclass('public.knex_migrations') IS NOT NULL AS yes`)
  if (there[0]?.yes !== true) return []
  const { rows } = await client.query<{ name: string }>('SELECT name FROM knex_migrations ORDER BY id')
  return rows.map(({ name }) => name)
}

/**
 * The tables that are dumped, referenced ones first. Unlogged tables are left out, because they may be lost at any
 * time, and so are the tables of migrations, which `migrate` fills.
 */
export async function tablesOf(client: pg.Client): Promise<DumpTable[]> {
  const { rows } = await client.query<DumpTable & { refers: string[] }>(`
    SELECT c.relname AS name,
      (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
      ARRAY(SELECT DISTINCT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND r.oid <> c.oid) AS refers
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relpersistence = 'p' AND c.relname NOT LIKE 'knex\\_migrations%'
    ORDER BY c.relname`)
  const placed = new Map<string, DumpTable>()
  while (placed.size < rows.length) {
    const next = rows.filter((row) => !placed.has(row.name) && row.refers.every((other) => placed.has(other)))
    if (next.length === 0) throw new Error('Tables refer to each other in a circle.')
    for (const { name, columns } of next) placed.set(name, { name, columns })
  }
  return [...placed.values()]
}

async function accessDays(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(`
    SELECT right(c.relname, 8) AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('public.access_log') AND c.relname ~ '^access_log_[0-9]{8}$' ORDER BY 1`)
  return rows.map(({ day }) => day)
}

async function sequencesOf(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(`
    SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'knex\\_migrations%'`)
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`)
}
