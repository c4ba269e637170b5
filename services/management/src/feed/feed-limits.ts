import { FEED_WINDOW_MS } from '@protectmyapi/service-kit/feed-window'

/** The times of the protocol (docs/freshness.md). */
export const FEED_LIMITS = {
  windowMs: FEED_WINDOW_MS,
  /** Rows in one answer to a Sync. */
  rowsMax: 1_000,
  /**
   * How often a waiting writer reads `applied` again if no report wakes it, because proxies report to other replicas
   * too.
   */
  appliedPollMs: 10,
  /** Polling besides LISTEN, which fails in silence behind a transaction pooler. */
  tailPollMs: 100,
  /** Time between two prunings of feed and registry. */
  prunePeriodMs: 60_000,
  /** How many times a transaction that lost a deadlock or a serialization race is run again. */
  commitRetriesMax: 2,
} as const

/** MARGIN: more than a proxy's clock can lose within a horizon. */
export function withMargin(horizonMs: number): number {
  return horizonMs + 1_000 + Math.ceil(horizonMs / 100)
}
