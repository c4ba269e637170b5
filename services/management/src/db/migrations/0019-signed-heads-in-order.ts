import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'
import { UNSIGNED } from '../../chain/chain-rows.js'

/**
 * Makes a removed signed head noticeable, and removes the times by which a table said how long a head has been
 * unsigned.
 */
export const signedHeadsInOrder: Migration = {
  name: '0019-signed-heads-in-order',
  async up(db) {
    await db.raw(`
      -- The count signed before it, 0 of the first: what is kept says what was kept.
      ALTER TABLE chain_checkpoints ADD COLUMN previous bigint NOT NULL DEFAULT 0;
      UPDATE chain_checkpoints SET previous = ordered.before
      FROM (
        SELECT chain, count, lag(count, 1, 0::bigint) OVER (PARTITION BY chain ORDER BY count) AS before
        FROM chain_checkpoints
      ) AS ordered
      WHERE (chain_checkpoints.chain, chain_checkpoints.count) = (ordered.chain, ordered.count) AND ordered.before > 0;

      -- By a trigger: the version before writes rows without it.
      CREATE FUNCTION chain_checkpoints_previous() RETURNS trigger
        LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
      BEGIN
        SELECT coalesce(max(count), 0) INTO NEW.previous FROM chain_checkpoints
        WHERE chain = NEW.chain AND count < NEW.count;
        RETURN NEW;
      END $body$;
      CREATE TRIGGER chain_checkpoints_previous BEFORE INSERT ON chain_checkpoints
        FOR EACH ROW EXECUTE FUNCTION chain_checkpoints_previous();
    `)
    // The previous version of management writes a time for as long as it runs. Until it is gone and its heads are
    // signed, verifying names them.
    await db.raw('UPDATE chain_heads SET unsigned_since = ?::timestamptz WHERE unsigned_since IS NOT NULL', [UNSIGNED])
  },
}
