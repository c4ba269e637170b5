import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Which master key wraps each data key, and the order to wrap all of them anew. */
export const wrappedUnder: Migration = {
  name: '0002-wrapped-under',
  async up(db) {
    await db.raw(`
      ALTER TABLE wrapped_keys
        -- Its name, for counting by; null where nobody has noted it. What unwraps is decided by the key service alone.
        ADD COLUMN master_key text,
        ADD COLUMN wrapped_at timestamptz NOT NULL DEFAULT clock_timestamp();
      CREATE INDEX wrapped_keys_age ON wrapped_keys (wrapped_at);

      -- The last order: what was wrapped before it, or under another master key than it names, is wrapped anew.
      CREATE TABLE rewrap (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        master_key text NOT NULL,
        asked_at timestamptz NOT NULL,
        done_at timestamptz,
        -- Somebody is at it until then.
        worked_until timestamptz
      );
    `)
  },
}
