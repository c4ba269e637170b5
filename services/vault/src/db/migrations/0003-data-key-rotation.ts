import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/**
 * The columns by which the rotation of data keys finds its work. All of it is in rows, so that a crash loses nothing.
 */
export const dataKeyRotation: Migration = {
  name: '0003-data-key-rotation',
  async up(db) {
    await db.raw(`
      ALTER TABLE data_keys
        ADD COLUMN floored_at timestamptz,
        -- The wrapped bytes of versions below it are gone. Follows the floor, some time later.
        ADD COLUMN erased integer NOT NULL DEFAULT 1,
        ADD CHECK (erased BETWEEN 1 AND floor);

      CREATE INDEX data_keys_behind ON data_keys (organization_id)
        WHERE state = 'active' AND (floor < version OR erased < floor);
      CREATE INDEX data_keys_age ON data_keys (rotated_at) WHERE state = 'active';
      CREATE INDEX data_keys_destroyed ON data_keys (destroyed_at) WHERE state = 'destroyed';
    `)
  },
}
