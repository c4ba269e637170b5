import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Who last renamed a secret. */
export const whoRenamedSecrets: Migration = {
  name: '0024-who-renamed-secrets',
  async up(db) {
    await db.raw(`
      -- The person, and the personal access token if they used one. NULL: never renamed since this column exists.
      ALTER TABLE secrets ADD COLUMN renamed_by text, ADD COLUMN renamed_token text;
    `)
  },
}
