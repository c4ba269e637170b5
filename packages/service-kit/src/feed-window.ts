/**
 * WINDOW (docs/freshness.md): longer than any cached thing, grant (5 min) or session (10 min) lives, clock skew and margin
 * included. Management keeps rows of the feed for so long, and proxies their floors: one number, or state that is older than
 * one of them remembers comes back.
 */
export const FEED_WINDOW_MS = 20 * 60_000
