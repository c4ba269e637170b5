import type { Read } from '../../db/read.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import type { Grouping } from './analytics-schemas.js'
import type { AskedRange } from './asked-range.js'
import { NO_USAGE, USAGE_SUMS, type Usage, type UsageRow, usageOf } from './usage-columns.js'

/** Which counts are asked for. */
export interface UsageFilter extends AskedRange {
  readonly organizationId: string
  /** An id; undefined: of all. */
  readonly service: string | undefined
  readonly app: string | undefined
}

const IN_RANGE = `organization_id = ? AND hour >= to_timestamp(?::float8 / 1000) AND hour < to_timestamp(?::float8 / 1000)
  AND (?::text IS NULL OR service_id = ?) AND (?::text IS NULL OR app_id = ?)`

const bindingsOf = ({ organizationId, fromMs, toMs, service, app }: UsageFilter) => [
  organizationId,
  fromMs,
  toMs,
  service ?? null,
  service ?? null,
  app ?? null,
  app ?? null,
]

export async function readTotals(read: Read, filter: UsageFilter): Promise<Usage> {
  const [row] = await read<UsageRow>(`SELECT ${USAGE_SUMS} FROM usage_hours WHERE ${IN_RANGE}`, bindingsOf(filter))
  return row ? usageOf(row) : NO_USAGE
}

/** One for each step of the range. */
export async function readSeries(read: Read, filter: UsageFilter): Promise<readonly (Usage & { readonly at: Date })[]> {
  const { fromMs, toMs, stepMs } = filter
  const rows = await read<UsageRow & { step: number }>(
    `SELECT floor(extract(epoch FROM hour) * 1000 / ?::float8)::float8 AS step, ${USAGE_SUMS} FROM usage_hours
     WHERE ${IN_RANGE} GROUP BY step`,
    [stepMs, ...bindingsOf(filter)],
  )
  const found = new Map(rows.map((row) => [row.step * stepMs, usageOf(row)]))
  return Array.from({ length: (toMs - fromMs) / stepMs }, (_, nth) => {
    const atMs = fromMs + nth * stepMs
    return { at: new Date(atMs), ...(found.get(atMs) ?? NO_USAGE) }
  })
}

export interface UsageGroup extends Usage {
  readonly id: string
}

const GROUPED_BY = {
  service: { table: 'usage_hours', column: 'service_id' },
  app: { table: 'usage_hours', column: 'app_id' },
  secret: { table: 'usage_secrets', column: 'secret_id' },
  platform: { table: 'usage_hours', column: 'platform' },
  version: { table: 'usage_hours', column: 'app_version' },
} as const

/** The groups with the most requests, and how many there are in all. */
export async function readGroups(
  read: Read,
  filter: UsageFilter,
  by: Grouping,
): Promise<{ readonly groups: readonly UsageGroup[]; readonly count: number }> {
  const { table, column } = GROUPED_BY[by]
  const rows = await read<UsageRow & { id: string; groups: number }>(
    `SELECT ${column} AS id, count(*) OVER ()::integer AS groups, ${USAGE_SUMS} FROM ${table}
     WHERE ${IN_RANGE} GROUP BY ${column} ORDER BY sum(requests) DESC, ${column} LIMIT ?`,
    [...bindingsOf(filter), ANALYTICS_LIMITS.groupsMax],
  )
  return { groups: rows.map((row) => ({ id: row.id, ...usageOf(row) })), count: rows[0]?.groups ?? 0 }
}

export async function readFaults(
  read: Read,
  filter: UsageFilter,
): Promise<readonly { readonly code: string; readonly count: number }[]> {
  return read(
    `SELECT code, sum(requests)::float8 AS count FROM usage_faults WHERE ${IN_RANGE}
     GROUP BY code ORDER BY sum(requests) DESC, code`,
    bindingsOf(filter),
  )
}
