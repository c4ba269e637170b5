import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * What automation calls the state that it put, so that putting the same one again changes nothing. Never a digest of a
 * value.
 */
export const externalVersions: Migration = {
  name: '0006-external-versions',
  async up(db) {
    await db.raw(`
      -- Null where the state was changed by other means since: then a repeated put restores it.
      ALTER TABLE secrets ADD COLUMN external_version text;
      ALTER TABLE secret_versions ADD COLUMN external_version text;
      ALTER TABLE services ADD COLUMN external_version text;
      ALTER TABLE apps ADD COLUMN external_version text;
    `)
  },
}
