/**
 * Upper bounds of the counts of a histogram, in milliseconds, inclusive; a last count is for what is above. Each is at
 * most half more than the one before, from 5 ms up to two minutes. They are the meaning of stored arrays: never changed.
 */
export const TIME_BOUNDS_MS: readonly number[] = [
  [1, 2, 3, 5, 7],
  [10, 15, 20, 30, 40, 50, 70],
  [100, 150, 200, 300, 400, 500, 700],
  [1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 7_000],
  [10_000, 15_000, 20_000, 30_000, 40_000, 60_000, 90_000],
  [120_000, 180_000, 300_000, 600_000],
].flat()

/** Indexes of the counts as Postgres has them, from 1. */
export const BUCKETS: readonly number[] = Array.from({ length: TIME_BOUNDS_MS.length + 1 }, (_, index) => index + 1)

export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** @param counts one for each bound, and one for what is above. */
export function percentilesOf(counts: readonly number[]): Percentiles {
  return { p50: percentile(counts, 0.5), p95: percentile(counts, 0.95), p99: percentile(counts, 0.99) }
}

/** The upper bound of the count that holds the value at this rank, the last bound for what is above it. */
function percentile(counts: readonly number[], share: number): number | null {
  const sum = counts.reduce((before, count) => before + count, 0)
  if (sum === 0) return null
  const rank = Math.ceil(sum * share)
  let reached = 0
  for (const [index, count] of counts.entries()) {
    reached += count
    if (reached >= rank) return TIME_BOUNDS_MS[index] ?? LAST
  }
  return LAST
}

const LAST = Math.max(...TIME_BOUNDS_MS)
