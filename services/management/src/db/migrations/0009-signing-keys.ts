import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Signing keys are rotated: a replaced key goes on verifying for a while, and is then withdrawn and destroyed. */
export const signingKeyRotation: Migration = {
  name: '0009-signing-keys',
  async up(db) {
    await db.raw(`
      ALTER TABLE signing_keys
        DROP CONSTRAINT signing_keys_state_check,
        -- outgoing: signs no more, and verifies until retire_at. retired: verifies nothing.
        ADD CONSTRAINT signing_keys_state_check CHECK (state IN ('pending', 'active', 'outgoing', 'retired')),
        ADD COLUMN activated_at timestamptz,
        ADD COLUMN retire_at timestamptz,
        -- When the vault was known to have erased the private half, and to have unpinned the public one.
        ADD COLUMN destroyed_at timestamptz,
        ADD CONSTRAINT signing_keys_retire CHECK (state <> 'outgoing' OR retire_at IS NOT NULL);
      UPDATE signing_keys SET activated_at = created_at WHERE state = 'active';
      CREATE INDEX signing_keys_undestroyed ON signing_keys (id) WHERE state = 'retired' AND destroyed_at IS NULL;
    `)
  },
}
