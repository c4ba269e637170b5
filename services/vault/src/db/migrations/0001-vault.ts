import { newId } from '@protectmyapi/service-kit/ids'
import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Database `vault`: sealed versions, the list of data keys, and the record of who leased what. */
export const vaultTables: Migration = {
  name: '0001-vault',
  async up(db) {
    await db.raw(`
      -- Made once, and bound into everything that is sealed: a row of another installation does not open here.
      CREATE TABLE installation (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        id text NOT NULL
      );

      -- One data key per organization. The wrapped bytes of its versions are in database vault_keys, written first.
      CREATE TABLE data_keys (
        organization_id text PRIMARY KEY,
        id text NOT NULL UNIQUE,
        -- Seals what is written now. Writers read it FOR SHARE in their own transaction.
        version integer NOT NULL CHECK (version > 0),
        -- Below it nothing is sealed any more, and the wrapped bytes may go.
        floor integer NOT NULL CHECK (floor BETWEEN 1 AND version),
        -- destroyed: the organization was shredded. The row stays, so that no key is ever made for it again.
        state text NOT NULL CHECK (state IN ('active', 'destroyed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        rotated_at timestamptz NOT NULL DEFAULT now(),
        destroyed_at timestamptz
      );

      CREATE TABLE versions (
        organization_id text NOT NULL,
        secret_id text NOT NULL,
        version_id text NOT NULL,
        -- closed: never stored, and never to be (TOMB).
        state text NOT NULL CHECK (state IN ('stored', 'closed', 'destroyed')),
        generation bigint CHECK (generation > 0),
        purpose text CHECK (purpose IN ('injection', 'operational', 'grant-signing')),
        bindings jsonb,
        -- What the envelope says of its key, for rotation to count by. Opening believes the envelope alone.
        key_id text,
        key_version integer,
        sealed bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        destroyed_at timestamptz,
        PRIMARY KEY (organization_id, secret_id, version_id),
        CHECK ((state = 'stored') = (sealed IS NOT NULL)),
        CHECK ((state = 'closed') = (generation IS NULL)),
        CHECK ((generation IS NULL) = (purpose IS NULL) AND (generation IS NULL) = (bindings IS NULL))
      );
      -- Two puts at once cannot both succeed the same generation.
      CREATE UNIQUE INDEX versions_generation ON versions (organization_id, secret_id, generation);
      CREATE INDEX versions_key ON versions (key_id, key_version) WHERE state = 'stored';

      -- Public halves of the keys by which management signs grants. The version id is the kid.
      CREATE TABLE pinned_grant_keys (
        version_id text PRIMARY KEY,
        organization_id text NOT NULL,
        secret_id text NOT NULL,
        -- SubjectPublicKeyInfo, DER.
        public_key bytea NOT NULL,
        pinned_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (organization_id, secret_id, version_id) REFERENCES versions
      );

      -- Written in the transaction that reads what is leased. The runtime role can add and read, nothing else.
      CREATE TABLE lease_audit (
        lease_id text PRIMARY KEY,
        organization_id text NOT NULL,
        secret_id text NOT NULL,
        version_id text NOT NULL,
        generation bigint NOT NULL,
        caller text NOT NULL,
        app_id text,
        service_id text,
        leased_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX lease_audit_secret ON lease_audit (organization_id, secret_id, leased_at);
    `)
    await db.raw('INSERT INTO installation (id) VALUES (?)', [newId('installation')])
  },
}
