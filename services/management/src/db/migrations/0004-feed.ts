import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** The change feed and the registry of proxies (docs/freshness.md). */
export const feed: Migration = {
  name: '0004-feed',
  async up(db) {
    await db.raw(`
      -- SEQLOCK: numbers come from this row, locked to commit. A sequence would commit out of order, and leave gaps.
      CREATE TABLE feed_counter (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        value bigint NOT NULL
      );
      INSERT INTO feed_counter (value) VALUES (0);

      CREATE TABLE feed (
        number bigint PRIMARY KEY,
        kind text NOT NULL,
        id text NOT NULL,
        generation bigint NOT NULL,
        committed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX feed_committed_at ON feed (committed_at);

      -- DURABLE: an ordinary, logged table. BOOT: one row per process start.
      CREATE TABLE proxies (
        boot_id text PRIMARY KEY,
        spiffe_id text NOT NULL,
        applied bigint NOT NULL,
        -- Until when this proxy may use what it holds, margin included, on this database's clock.
        horizon_at timestamptz NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX proxies_horizon ON proxies (horizon_at);
    `)
  },
}
