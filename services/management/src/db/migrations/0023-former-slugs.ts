import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Slugs that organizations had before they were renamed. */
export const formerSlugs: Migration = {
  name: '0023-former-slugs',
  async up(db) {
    await db.raw(`
      -- Scripts may still name the organization by a former slug. If another organization could take it, the values that
      -- those scripts put would be stored there.
      CREATE TABLE former_slugs (
        slug text PRIMARY KEY,
        organization_id text NOT NULL REFERENCES organizations (id)
      );
      CREATE INDEX former_slugs_organization ON former_slugs (organization_id);
    `)
  },
}
