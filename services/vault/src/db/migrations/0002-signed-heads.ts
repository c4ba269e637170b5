import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** The key that signs heads of management's chains, and the last head signed of each chain. */
export const signedHeads: Migration = {
  name: '0002-signed-heads',
  async up(db) {
    await db.raw(`
      -- Made at first use; of two replicas at once, one wins. Not in versions: nothing there is ever leased from here.
      CREATE TABLE head_key (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        id text NOT NULL UNIQUE,
        -- Which data key of the reserved organization it is sealed under, for rotation to count by.
        key_id text NOT NULL,
        key_version integer NOT NULL,
        -- Ed25519, PKCS #8, sealed as a version is. The public half is derived from it: nothing authenticates a column.
        sealed bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now()
      );

      -- The vault's memory: what is signed next has to extend this. The runtime role can move it on, and not remove it.
      CREATE TABLE signed_heads (
        chain text PRIMARY KEY,
        count bigint NOT NULL CHECK (count > 0),
        head bytea NOT NULL CHECK (octet_length(head) = 32),
        signed_at_ms bigint NOT NULL,
        signature bytea NOT NULL,
        key_id text NOT NULL
      );
    `)
  },
}
