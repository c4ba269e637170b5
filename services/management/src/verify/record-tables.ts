export interface RecordTable {
  readonly key: string
  /** What the table is divided by; null if it is not. */
  readonly divided: string | null
  /** A later version may have more columns: they are not read. */
  readonly columns: readonly string[]
}

/** The tables that hold records, as `format_type`, `pg_get_constraintdef` and `pg_get_partkeydef` print them. */
export const RECORD_TABLES: Readonly<Record<string, RecordTable>> = {
  audit: {
    key: 'PRIMARY KEY (id)',
    divided: null,
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
    divided: 'RANGE (day)',
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
    divided: null,
    columns: ['chain text', 'count bigint', 'head bytea', 'unsigned_since timestamp with time zone'],
  },
  chain_batches: {
    key: 'PRIMARY KEY (chain, number)',
    divided: null,
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
    divided: null,
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

const ONE_DAY = /^FOR VALUES FROM \('(\d{4}-\d{2}-\d{2})'\) TO \('(\d{4}-\d{2}-\d{2})'\)$/
const DAY_MS = 86_400_000

/**
 * Whether a part, by its bound as `pg_get_expr` prints it, is for one day, as the function of the migrations makes
 * them: entries of that day are then not looked for in another part.
 */
export function isOneDay(bound: string): boolean {
  const [, from, to] = ONE_DAY.exec(bound) ?? []
  return from !== undefined && to !== undefined && Date.parse(to) - Date.parse(from) === DAY_MS
}

/** The day of a part that is for one day; else empty, which is before all days. */
export function firstDayOf(bound: string | null): string {
  return ONE_DAY.exec(bound ?? '')?.[1] ?? ''
}
