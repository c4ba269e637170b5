import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * Database `vault_keys` holds only the wrapped bytes of data keys, so that its backups can be kept for a few days only.
 */
export const vaultKeysTables: Migration = {
  name: '0001-vault-keys',
  async up(db) {
    await db.raw(`
      CREATE TABLE wrapped_keys (
        key_id text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        organization_id text NOT NULL,
        wrapped bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (key_id, version)
      );
      CREATE INDEX wrapped_keys_organization ON wrapped_keys (organization_id);
    `)
  },
}
