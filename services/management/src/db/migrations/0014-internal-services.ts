import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** The internal services: identities that an operator has registered, each for one organization. */
export const internalServices: Migration = {
  name: '0014-internal-services',
  async up(db) {
    await db.raw(`
      CREATE TABLE internal_services (
        -- URI SAN of its certificate. One organization alone: what it may lease is looked up there.
        spiffe_id text PRIMARY KEY,
        id text NOT NULL UNIQUE,
        organization_id text NOT NULL REFERENCES organizations (id),
        name text NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX internal_services_name ON internal_services (organization_id, name);
    `)
  },
}
