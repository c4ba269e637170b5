/**
 * WINDOW (docs/freshness.md): longer than the life of any cached thing, grant (5 min) or session (10 min), with clock
 * skew and margin. Management keeps the feed's rows for this long, and proxies their floors. Both must use the same
 * number: otherwise state older than what one of them remembers would come back.
 */
export const FEED_WINDOW_MS = 20 * 60_000
