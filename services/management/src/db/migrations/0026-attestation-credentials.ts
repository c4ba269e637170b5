import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** What apps' attestations are verified with at Google: only what is not secret of it. The rest is in the vault. */
export const attestationCredentials: Migration = {
  name: '0026-attestation-credentials',
  async up(db) {
    await db.raw(`
      CREATE TABLE attestation_credentials (
        -- Version id of the operational secret. Each credential is a secret of its own, with this one version.
        id text PRIMARY KEY,
        secret_id text NOT NULL UNIQUE,
        organization_id text NOT NULL REFERENCES organizations (id),
        app_id text NOT NULL REFERENCES apps (id),
        kind text NOT NULL CHECK (kind IN ('response-keys', 'service-account')),
        -- What it is recognised by: the account's e-mail address, or the fingerprint of the public key.
        identity text NOT NULL,
        -- pending: perhaps stored at the vault, not used yet. retired: used no more; the vault destroys it.
        state text NOT NULL CHECK (state IN ('pending', 'active', 'retired')),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_by text NOT NULL,
        -- The personal access token, if one was used.
        created_token text,
        retired_at timestamptz,
        -- When the vault was known to have erased the value.
        destroyed_at timestamptz,
        CONSTRAINT attestation_credentials_retired CHECK ((state = 'retired') = (retired_at IS NOT NULL)),
        CONSTRAINT attestation_credentials_destroyed CHECK (destroyed_at IS NULL OR state = 'retired')
      );
      CREATE UNIQUE INDEX attestation_credentials_active ON attestation_credentials (app_id) WHERE state = 'active';
      CREATE UNIQUE INDEX attestation_credentials_pending ON attestation_credentials (app_id) WHERE state = 'pending';
      CREATE INDEX attestation_credentials_unsettled ON attestation_credentials (created_at) WHERE state = 'pending';
      CREATE INDEX attestation_credentials_undestroyed ON attestation_credentials (id)
        WHERE state = 'retired' AND destroyed_at IS NULL;
    `)
  },
}
