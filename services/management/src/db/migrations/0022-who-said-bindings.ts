import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Who said where a secret may go. */
export const whoSaidBindings: Migration = {
  name: '0022-who-said-bindings',
  async up(db) {
    await db.raw(`
      -- The person, and the personal access token where they said it by one. NULL of versions from before: nobody's word, so
      -- the next value of such a secret says its bindings.
      ALTER TABLE secret_versions ADD COLUMN bindings_by text, ADD COLUMN bindings_token text;
    `)
  },
}
