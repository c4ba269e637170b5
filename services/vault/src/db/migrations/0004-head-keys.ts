import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Several head keys: one signs; of the earlier ones only the public halves are kept. */
export const headKeysInTurn: Migration = {
  name: '0004-head-keys',
  async up(db) {
    await db.raw(`
      ALTER TABLE head_key
        DROP COLUMN only_row,
        ADD PRIMARY KEY (id),
        -- Of a retired one there is no private half any more: what is sealed is its public half, and until when it signed.
        ADD COLUMN state text NOT NULL DEFAULT 'signs' CHECK (state IN ('signs', 'retired'));
      CREATE UNIQUE INDEX head_key_signs ON head_key (state) WHERE state = 'signs';
    `)
  },
}
