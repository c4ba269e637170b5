import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Which lease keys of an organization proxies may still trust: those that came with a route of this generation. */
export const leaseKeys: Migration = {
  name: '0015-lease-keys',
  async up(db) {
    await db.raw('ALTER TABLE organizations ADD COLUMN lease_keys_generation bigint NOT NULL DEFAULT 1')
  },
}
