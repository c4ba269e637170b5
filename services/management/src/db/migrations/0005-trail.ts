import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** The audit trail of management, and the access log of the data plane. */
export const trail: Migration = {
  name: '0005-trail',
  async up(db) {
    await db.raw(`
      CREATE TABLE audit (
        id text PRIMARY KEY,
        -- Null for what belongs to no organization: sign-ins, the set-up.
        organization_id text,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'system', 'device')),
        actor_id text NOT NULL,
        event text NOT NULL,
        target_id text,
        -- Names and ids alone; never a value, a token or a mask.
        details jsonb NOT NULL DEFAULT '{}',
        request_id text
      );
      CREATE INDEX audit_page ON audit (organization_id, id);

      -- Where Admit and RecordAccess write; emptied by the drain. Unique, so a repeated call writes nothing twice.
      CREATE TABLE access_inbox (
        boot_id text NOT NULL,
        shard integer NOT NULL,
        sequence bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('admitted', 'finished', 'void')),
        at timestamptz NOT NULL,
        request_id text NOT NULL,
        organization_id text NOT NULL,
        entry jsonb NOT NULL,
        PRIMARY KEY (boot_id, shard, sequence)
      );

      CREATE TABLE access_log (
        day date NOT NULL,
        boot_id text NOT NULL,
        shard integer NOT NULL,
        sequence bigint NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        request_id text NOT NULL,
        organization_id text NOT NULL,
        entry jsonb NOT NULL,
        PRIMARY KEY (day, boot_id, shard, sequence)
      ) PARTITION BY RANGE (day);
      CREATE INDEX access_log_page ON access_log (organization_id, at DESC, request_id);
      CREATE INDEX access_log_request ON access_log (organization_id, request_id);

      -- The drained watermark: everything of this boot and shard up to the sequence is committed.
      CREATE TABLE access_watermarks (
        boot_id text NOT NULL,
        shard integer NOT NULL,
        sequence bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (boot_id, shard)
      );

      -- GCRA: theoretical arrival times. Unlogged: losing them refills the buckets, which the promise allows.
      CREATE UNLOGGED TABLE rate_buckets (
        key text PRIMARY KEY,
        arrival_at timestamptz NOT NULL
      );
      CREATE INDEX rate_buckets_arrival ON rate_buckets (arrival_at);

      -- The runtime role has no DDL; these two are all that it may do to partitions.
      CREATE FUNCTION make_access_partition(for_day date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
      BEGIN
        IF for_day < current_date - 1 OR for_day > current_date + 7 THEN
          RAISE EXCEPTION 'partition % is out of range', for_day;
        END IF;
        EXECUTE format(
          'CREATE TABLE IF NOT EXISTS %I PARTITION OF access_log FOR VALUES FROM (%L) TO (%L)',
          'access_log_' || to_char(for_day, 'YYYYMMDD'), for_day, for_day + 1);
      END $body$;

      CREATE FUNCTION drop_access_partition(for_day date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
      BEGIN
        IF for_day > current_date - 7 THEN
          RAISE EXCEPTION 'partition % is too young to be dropped', for_day;
        END IF;
        EXECUTE format('DROP TABLE IF EXISTS %I', 'access_log_' || to_char(for_day, 'YYYYMMDD'));
      END $body$;

      REVOKE ALL ON FUNCTION make_access_partition(date), drop_access_partition(date) FROM PUBLIC;
    `)
  },
}
