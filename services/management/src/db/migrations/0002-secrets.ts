import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Names of secrets, and where they may go. Never a value, nor a digest of one. */
export const secrets: Migration = {
  name: '0002-secrets',
  async up(db) {
    await db.raw(`
      CREATE TABLE secrets (
        id text PRIMARY KEY,
        organization_id text NOT NULL REFERENCES organizations (id),
        name text NOT NULL,
        -- pending: its first version is not in force yet; it is never listed or used.
        state text NOT NULL CHECK (state IN ('pending', 'active', 'abandoned', 'deleted')),
        -- Of the version in force; 0 while pending. Goes up with every change that proxies must see, renames apart.
        generation bigint NOT NULL DEFAULT 0,
        version_id text,
        mask text NOT NULL,
        bindings jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        replaced_at timestamptz,
        expires_at timestamptz,
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX secrets_name ON secrets (organization_id, name) WHERE state IN ('pending', 'active');
      CREATE INDEX secrets_page ON secrets (organization_id, id) WHERE state = 'active';

      CREATE TABLE secret_versions (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        secret_id text NOT NULL REFERENCES secrets (id),
        -- The generation at the vault: its predecessor's there + 1.
        generation bigint NOT NULL,
        -- pending → active → superseded → destroyed, or pending → abandoned (CAS: only from pending).
        state text NOT NULL CHECK (state IN ('pending', 'active', 'superseded', 'abandoned', 'destroyed')),
        mask text NOT NULL,
        bindings jsonb NOT NULL,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_by text NOT NULL,
        settled_at timestamptz,
        -- Feed number of the change that put it out of force: the vault may destroy it once that has been waited for.
        superseded_at timestamptz,
        destroyed_at timestamptz
      );
      -- One intent at a time: a put names the generation it succeeds.
      CREATE UNIQUE INDEX secret_versions_intent ON secret_versions (secret_id) WHERE state = 'pending';
      CREATE INDEX secret_versions_secret ON secret_versions (organization_id, secret_id, generation);
      CREATE INDEX secret_versions_unsettled ON secret_versions (created_at) WHERE state = 'pending';
      CREATE INDEX secret_versions_undestroyed ON secret_versions (superseded_at) WHERE state IN ('superseded', 'abandoned');

      -- Signing keys of the installation: their private halves are operational secrets in the vault.
      CREATE TABLE signing_keys (
        -- Version id of the secret, and the JWS kid.
        id text PRIMARY KEY,
        use text NOT NULL CHECK (use IN ('grant', 'session')),
        secret_id text NOT NULL,
        public_jwk jsonb NOT NULL,
        generation bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'active', 'retired')),
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX signing_keys_active ON signing_keys (use) WHERE state = 'active';
    `)
  },
}
