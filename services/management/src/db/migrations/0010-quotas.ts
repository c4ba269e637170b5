import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Quotas by the day and the month, what was drawn of them, and a bound for the bodies of requests. */
export const quotas: Migration = {
  name: '0010-quotas',
  async up(db) {
    await db.raw(`
      ALTER TABLE organizations ADD COLUMN quotas jsonb NOT NULL DEFAULT '[]';
      ALTER TABLE apps ADD COLUMN quotas jsonb NOT NULL DEFAULT '[]';

      -- What every service had before it was a setting: 256 MiB.
      ALTER TABLE services ADD COLUMN body_bytes_max bigint NOT NULL DEFAULT 268435456;

      -- Logged, unlike rate_buckets: a month's quota must survive a crash.
      CREATE TABLE quota_counters (
        organization_id text NOT NULL,
        scope text NOT NULL CHECK (scope IN ('device', 'app', 'organization')),
        -- The app, the device, or the app and a source address; empty for the organization.
        subject text NOT NULL,
        period text NOT NULL CHECK (period IN ('day', 'month')),
        -- Of the period, by UTC.
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        -- Handed to proxies in blocks, spent or not.
        drawn bigint NOT NULL DEFAULT 0 CHECK (drawn >= 0),
        PRIMARY KEY (organization_id, scope, subject, period, starts_on)
      );
      CREATE INDEX quota_counters_ended ON quota_counters (ends_on);
    `)
  },
}
