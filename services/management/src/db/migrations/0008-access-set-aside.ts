import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** What should have become an entry of the access log but could not; kept for a person to look at. */
export const accessSetAside: Migration = {
  name: '0008-access-set-aside',
  async up(db) {
    await db.raw(`
      CREATE TABLE access_set_aside (
        shard integer NOT NULL,
        -- The id of the message in the shard's stream in Redis; empty for what came through the inbox.
        message text NOT NULL,
        -- Of the entry in its message, from 1; 0 for the message as a whole.
        position integer NOT NULL,
        -- SHA-256 of the content as it came: delivered twice, kept once.
        digest text NOT NULL,
        reason text NOT NULL,
        detail text NOT NULL,
        -- Cut; its whole length stands beside it.
        content text NOT NULL,
        content_bytes bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (shard, message, position, digest)
      );
      CREATE INDEX access_set_aside_at ON access_set_aside (at);
    `)
  },
}
