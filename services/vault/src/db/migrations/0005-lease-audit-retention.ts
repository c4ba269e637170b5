import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * Removes lease rows by age. The runtime role can remove them only through this function, which never removes young
 * rows.
 */
export const leaseAuditRetention: Migration = {
  name: '0005-lease-audit-retention',
  async up(db) {
    await db.raw(`
      -- Of the rows that are first by their ids, which begin with the time, those that are too old: no index of its own.
      CREATE FUNCTION prune_lease_audit(kept_days integer, rows_max integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
      DECLARE
        removed integer;
      BEGIN
        IF kept_days < 7 THEN
          RAISE EXCEPTION 'lease rows of the last 7 days are kept, and % is less', kept_days;
        END IF;
        -- One vault at a time: another would wait for the same rows, to find them gone. The number is ours and means this alone.
        IF NOT pg_try_advisory_xact_lock(74110604) THEN
          RETURN 0;
        END IF;
        DELETE FROM lease_audit
        WHERE lease_id IN (SELECT first.lease_id FROM lease_audit AS first ORDER BY first.lease_id LIMIT rows_max)
          AND leased_at < now() - make_interval(days => kept_days);
        GET DIAGNOSTICS removed = ROW_COUNT;
        RETURN removed;
      END $body$;

      REVOKE ALL ON FUNCTION prune_lease_audit(integer, integer) FROM PUBLIC;
    `)
  },
}
