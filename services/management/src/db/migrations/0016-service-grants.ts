import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** What internal services were granted: entries of the access log, and when each secret was last granted. */
export const serviceGrants: Migration = {
  name: '0016-service-grants',
  async up(db) {
    await db.raw(`
      ALTER TABLE access_inbox
        DROP CONSTRAINT access_inbox_kind_check,
        ADD CHECK (kind IN ('admitted', 'finished', 'void', 'granted'));
      CREATE INDEX access_log_granted ON access_log (organization_id, at DESC, request_id DESC) WHERE kind = 'granted';

      -- Beside the secret and not in it: what is shown of a secret makes its ETag, and this moves every minute.
      CREATE TABLE service_uses (
        secret_id text NOT NULL,
        spiffe_id text NOT NULL,
        -- As it was registered then.
        name text NOT NULL,
        last_granted_at timestamptz NOT NULL,
        PRIMARY KEY (secret_id, spiffe_id)
      );
    `)
  },
}
