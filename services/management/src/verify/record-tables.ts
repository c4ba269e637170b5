export interface RecordTable {
  readonly key: string
  /** Where it is divided, by what; null where it is one. */
  readonly divided: string | null
  /** Others may come with a later version: they are not read. */
  readonly columns: readonly string[]
}

/** What records stand in, as `format_type`, `pg_get_constraintdef` and `pg_get_partkeydef` say it. */
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

/** What a part is for, as `pg_get_expr` says it: as the function of the migrations makes them, within one no day is looked for elsewhere. */
export function isOneDay(bound: string): boolean {
  const [, from, to] = ONE_DAY.exec(bound) ?? []
  return from !== undefined && to !== undefined && Date.parse(to) - Date.parse(from) === DAY_MS
}

/** Of a part for one day, that day; else empty, which is before all days. */
export function firstDayOf(bound: string | null): string {
  return ONE_DAY.exec(bound ?? '')?.[1] ?? ''
}
