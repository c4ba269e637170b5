import { COUNTED, type Counted, TIMES } from '../counted-columns.js'
import { BUCKETS, type Percentiles, percentilesOf } from '../histogram.js'

/** What was counted of some requests. */
export interface Usage {
  readonly requests: number
  readonly succeeded: number
  readonly refused: number
  readonly failed: number
  readonly aborted: number
  readonly unattested: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly total: Percentiles
  readonly upstream: Percentiles
}

const sumOf = (column: Counted): string => `coalesce(sum(${column}), 0)::float8 AS ${column}`
const timesOf = (column: string): string =>
  `ARRAY[${BUCKETS.map((bucket) => `coalesce(sum(${column}[${bucket}]), 0)::float8`).join(', ')}] AS ${column}`

/** Sums over rows of usage_hours or usage_secrets. As float8, which pg returns as a number. */
export const USAGE_SUMS = [...COUNTED.map(sumOf), ...TIMES.map(timesOf)].join(', ')

/** As Postgres returns USAGE_SUMS. */
export type UsageRow = Readonly<Record<Counted, number>> & {
  readonly total_times: readonly number[]
  readonly upstream_times: readonly number[]
}

export const usageOf = (row: UsageRow): Usage => ({
  requests: row.requests,
  succeeded: row.succeeded,
  refused: row.refused,
  failed: row.failed,
  aborted: row.aborted,
  unattested: row.unattested,
  requestBytes: row.request_bytes,
  responseBytes: row.response_bytes,
  total: percentilesOf(row.total_times),
  upstream: percentilesOf(row.upstream_times),
})

const UNTIMED: Percentiles = { p50: null, p95: null, p99: null }

export const NO_USAGE: Usage = {
  requests: 0,
  succeeded: 0,
  refused: 0,
  failed: 0,
  aborted: 0,
  unattested: 0,
  requestBytes: 0,
  responseBytes: 0,
  total: UNTIMED,
  upstream: UNTIMED,
}
