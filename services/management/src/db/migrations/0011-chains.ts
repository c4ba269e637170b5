import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Chains over access log and audit trail, so that neither can be altered unseen. See docs/adr/0010. */
export const chains: Migration = {
  name: '0011-chains',
  async up(db) {
    await db.raw(`
      -- Numbers of transactions that append: an entry names its batch by it.
      CREATE SEQUENCE chain_batch_ids;

      -- Moved under a lock on the row, last in a transaction but for the feed counter. Half empty pages: a moved row stays
      -- in its page.
      CREATE TABLE chain_heads (
        chain text PRIMARY KEY,
        -- How many batches there are.
        count bigint NOT NULL DEFAULT 0,
        head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
        -- When it moved on from what the vault signed; null while it has not.
        unsigned_since timestamptz
      ) WITH (fillfactor = 50);
      CREATE INDEX chain_heads_unsigned ON chain_heads (chain) WHERE unsigned_since IS NOT NULL;

      CREATE TABLE chain_batches (
        chain text NOT NULL,
        number bigint NOT NULL,
        batch bigint NOT NULL,
        -- All entries of a batch are of one day of the log, so that a day that is dropped takes whole batches.
        day date NOT NULL,
        entries integer NOT NULL,
        -- Over the entries.
        digest bytea NOT NULL,
        -- Over the head before it, and this row.
        head bytea NOT NULL,
        PRIMARY KEY (chain, number)
      );
      CREATE UNIQUE INDEX chain_batches_batch ON chain_batches (chain, batch, day);

      -- Heads that the vault signed. What retention leaves begins at one of these.
      CREATE TABLE chain_checkpoints (
        chain text NOT NULL,
        count bigint NOT NULL,
        head bytea NOT NULL,
        -- The vault's clock; signed.
        signed_at_ms bigint NOT NULL,
        signature bytea NOT NULL,
        key_id text NOT NULL,
        PRIMARY KEY (chain, count)
      );

      -- Which management asks the vault, and until when.
      CREATE TABLE chain_signer (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        holder text NOT NULL DEFAULT '',
        held_until timestamptz NOT NULL DEFAULT now()
      );
      INSERT INTO chain_signer DEFAULT VALUES;

      ALTER TABLE access_log ADD COLUMN batch bigint;
      CREATE INDEX access_log_batch ON access_log (organization_id, batch);
      ALTER TABLE audit ADD COLUMN batch bigint;
      CREATE INDEX audit_batch ON audit (organization_id, batch);
    `)
  },
}
