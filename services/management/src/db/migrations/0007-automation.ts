import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Personal access tokens, and a record of what each request with an Idempotency-Key made. */
export const automation: Migration = {
  name: '0007-automation',
  async up(db) {
    await db.raw(`
      -- Written in the transaction of what was made: neither is there without the other. Kept for a day.
      CREATE TABLE idempotency_records (
        user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        key_hash bytea NOT NULL,
        -- Digest of method, path and body, without any value of a secret.
        fingerprint bytea NOT NULL,
        -- Id of what was made. Its answer is not kept: it is read anew.
        made text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (user_id, key_hash)
      );
      CREATE INDEX idempotency_records_age ON idempotency_records (created_at);

      CREATE TABLE personal_tokens (
        id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        token_hash bytea NOT NULL UNIQUE,
        name text NOT NULL,
        scopes text[] NOT NULL,
        -- Null: all organizations that the person belongs to.
        organization_ids text[],
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX personal_tokens_user ON personal_tokens (user_id, id);

      -- Which token a person acted by.
      ALTER TABLE audit ADD COLUMN actor_token text;
    `)
  },
}
