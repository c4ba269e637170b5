import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * The reconciler asks every two seconds which organizations are to be shredded; without this index it read all of them.
 */
export const unshreddedOrganizations: Migration = {
  name: '0020-unshredded-organizations',
  async up(db) {
    await db.raw(
      `CREATE INDEX organizations_unshredded ON organizations (id) WHERE state = 'deleted' AND shredded_at IS NULL`,
    )
  },
}
