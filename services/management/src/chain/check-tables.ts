import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

interface Table {
  readonly key: string
  /** Others may come with a later version: they are not read. */
  readonly columns: readonly string[]
}

/** What records stand in, as `format_type` and `pg_get_constraintdef` say it. */
const TABLES: Readonly<Record<string, Table>> = {
  audit: {
    key: 'PRIMARY KEY (id)',
    columns: [
      'id text',
      'organization_id text',
      'at timestamp with time zone',
      'actor_kind text',
      'actor_id text',
      'actor_token text',
      'event text',
      'target_id text',
      'details jsonb',
      'request_id text',
      'batch bigint',
    ],
  },
  access_log: {
    key: 'PRIMARY KEY (day, boot_id, shard, sequence)',
    columns: [
      'day date',
      'boot_id text',
      'shard integer',
      'sequence bigint',
      'kind text',
      'at timestamp with time zone',
      'request_id text',
      'organization_id text',
      'entry jsonb',
      'batch bigint',
    ],
  },
  chain_heads: {
    key: 'PRIMARY KEY (chain)',
    columns: ['chain text', 'count bigint', 'head bytea', 'unsigned_since timestamp with time zone'],
  },
  chain_batches: {
    key: 'PRIMARY KEY (chain, number)',
    columns: [
      'chain text',
      'number bigint',
      'batch bigint',
      'day date',
      'entries integer',
      'digest bytea',
      'head bytea',
    ],
  },
  chain_checkpoints: {
    key: 'PRIMARY KEY (chain, count)',
    columns: [
      'chain text',
      'count bigint',
      'head bytea',
      'signed_at_ms bigint',
      'signature bytea',
      'key_id text',
      'previous bigint',
    ],
  },
}

/** Where tables and functions are looked for: nothing of somebody else's comes before ours, or Postgres's own. */
const SEARCHED = 'pg_catalog,public'

interface Found {
  readonly searched: string
  readonly name: string
  readonly key: string | null
  readonly columns: readonly string[]
  /** Rules, triggers, policies, tables that inherit: with them, what one asker reads another need not. */
  readonly strangers: readonly string[]
}

/**
 * Are the tables themselves read? A view, a rule or a policy can show its genuine row to who verifies, and another to
 * people; without its key a table holds a row twice. What Postgres says of itself is believed. Answers what is wrong.
 */
export async function checkTables(db: Knex): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: Found[] }>(
    `SELECT pg_catalog.array_to_string(pg_catalog.current_schemas(true), ',') AS searched, relname AS name,
       (SELECT pg_get_constraintdef(con.oid) FROM pg_constraint AS con JOIN pg_index ON indexrelid = conindid
        WHERE conrelid = rel.oid AND contype = 'p' AND indisvalid AND indisunique AND indisready) AS key,
       ARRAY(SELECT attname || ' ' || format_type(atttypid, atttypmod) || attgenerated::text FROM pg_attribute
        WHERE attrelid = rel.oid AND attnum > 0 AND attcollation IN (0, 'pg_catalog."default"'::regcollation)) AS columns,
       ARRAY(SELECT 'rule ' || rulename FROM pg_rewrite WHERE ev_class = rel.oid
        UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger
        WHERE tgrelid = rel.oid AND NOT tgisinternal AND tgname <> 'chain_checkpoints_previous'
        UNION ALL SELECT 'row security' WHERE relrowsecurity
        UNION ALL SELECT 'inherited by ' || inhrelid::regclass::text FROM pg_inherits JOIN pg_class AS heir ON heir.oid = inhrelid
        WHERE inhparent = rel.oid AND (rel.relkind <> 'p' OR heir.relkind <> 'r')) AS strangers
     FROM pg_class AS rel WHERE rel.oid = ANY (ARRAY(SELECT to_regclass(name) FROM unnest(?::text[]) AS name))`,
    [Object.keys(TABLES)],
  )
  const found = new Map(rows.map((row) => [row.name, row]))
  return Object.entries(TABLES).flatMap(([name, table]) => {
    const wrong = wrongWith(table, found.get(name))
    return wrong === undefined ? [] : [`${name}: ${wrong}`]
  })
}

function wrongWith({ key, columns }: Table, found: Found | undefined): string | undefined {
  if (!found) return 'it is not there'
  if (found.searched !== SEARCHED) return `it is looked for in ${found.searched}`
  if (found.key !== key) return 'it is no table with its key'
  const missing = columns.find((column) => !found.columns.includes(column))
  if (missing !== undefined) return `it has no column ${missing}`
  return found.strangers[0]
}
