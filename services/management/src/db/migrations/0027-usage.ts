import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * What the tally counts of the access log, by the hour; see docs/adr/0030. Times are counted in histograms: an array has
 * one count for each bound of analytics/histogram.ts, and one for what is above the last.
 */
export const usage: Migration = {
  name: '0027-usage',
  async up(db) {
    await db.raw(`
      -- How far each organization's chain of the access log has been counted.
      CREATE TABLE usage_cursors (
        organization_id text PRIMARY KEY,
        -- The number of the last link that was.
        through bigint NOT NULL,
        -- Up to when the log has been counted, roughly: for the order, and for people.
        counted_at timestamptz NOT NULL
      );

      -- When everything that was in the log had been counted.
      CREATE TABLE usage_tally (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        complete_at timestamptz NOT NULL DEFAULT now()
      );
      INSERT INTO usage_tally DEFAULT VALUES;

      CREATE TABLE usage_hours (
        organization_id text NOT NULL,
        hour timestamptz NOT NULL,
        app_id text NOT NULL,
        service_id text NOT NULL,
        platform text NOT NULL,
        app_version text NOT NULL,
        ${COUNTS},
        PRIMARY KEY (organization_id, hour, app_id, service_id, platform, app_version)
      ) WITH (fillfactor = 80);
      CREATE INDEX usage_hours_age ON usage_hours USING brin (hour);

      -- A request with several secrets is in several rows.
      CREATE TABLE usage_secrets (
        organization_id text NOT NULL,
        hour timestamptz NOT NULL,
        app_id text NOT NULL,
        service_id text NOT NULL,
        secret_id text NOT NULL,
        ${COUNTS},
        PRIMARY KEY (organization_id, hour, app_id, service_id, secret_id)
      ) WITH (fillfactor = 80);
      CREATE INDEX usage_secrets_age ON usage_secrets USING brin (hour);

      CREATE TABLE usage_faults (
        organization_id text NOT NULL,
        hour timestamptz NOT NULL,
        app_id text NOT NULL,
        service_id text NOT NULL,
        code text NOT NULL,
        requests bigint NOT NULL,
        PRIMARY KEY (organization_id, hour, app_id, service_id, code)
      ) WITH (fillfactor = 80);
      CREATE INDEX usage_faults_age ON usage_faults USING brin (hour);

      -- Versions of an app that are counted by themselves on that day.
      CREATE TABLE usage_versions (
        organization_id text NOT NULL,
        app_id text NOT NULL,
        day date NOT NULL,
        app_version text NOT NULL,
        PRIMARY KEY (organization_id, app_id, day, app_version)
      );

      -- Requests that were counted and have not ended: where their outcome will count.
      CREATE TABLE usage_open (
        organization_id text NOT NULL,
        request_id text NOT NULL,
        hour timestamptz NOT NULL,
        app_id text NOT NULL,
        service_id text NOT NULL,
        platform text NOT NULL,
        app_version text NOT NULL,
        secret_ids text[] NOT NULL,
        noted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, request_id)
      );

      -- Outcomes that reached the log before their requests.
      CREATE TABLE usage_early (
        organization_id text NOT NULL,
        request_id text NOT NULL,
        outcome text NOT NULL,
        code text NOT NULL,
        request_bytes bigint NOT NULL,
        response_bytes bigint NOT NULL,
        -- Which count of the histogram; null: not timed.
        total_bucket integer,
        upstream_bucket integer,
        noted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, request_id)
      );
    `)
  },
}

const COUNTS = `
        requests bigint NOT NULL,
        succeeded bigint NOT NULL,
        refused bigint NOT NULL,
        failed bigint NOT NULL,
        aborted bigint NOT NULL,
        unattested bigint NOT NULL,
        request_bytes bigint NOT NULL,
        response_bytes bigint NOT NULL,
        total_times integer[] NOT NULL,
        upstream_times integer[] NOT NULL`
