import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * Links of days that were dropped are dropped too, up to a head that the vault signed, because verifying begins there.
 */
export const chainRetention: Migration = {
  name: '0013-chain-retention',
  async up(db) {
    await db.raw(`
      CREATE INDEX chain_checkpoints_age ON chain_checkpoints (signed_at_ms);

      -- The runtime role removes nothing from chains but by this. Of the access log alone: the audit trail is kept.
      CREATE FUNCTION drop_chain_links(of_chain text, through bigint) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
      BEGIN
        IF of_chain NOT LIKE 'access-log/%' THEN
          RAISE EXCEPTION 'chain % is kept', of_chain;
        END IF;
        IF NOT EXISTS (
          SELECT FROM chain_checkpoints WHERE chain = of_chain AND count = through
            AND signed_at_ms < extract(epoch FROM current_date - 9) * 1000
        ) THEN
          RAISE EXCEPTION 'the links of % through % are not covered by an old signed head', of_chain, through;
        END IF;
        DELETE FROM chain_batches WHERE chain = of_chain AND number <= through;
        DELETE FROM chain_checkpoints WHERE chain = of_chain AND count < through;
      END $body$;

      REVOKE ALL ON FUNCTION drop_chain_links(text, bigint) FROM PUBLIC;
    `)
  },
}
