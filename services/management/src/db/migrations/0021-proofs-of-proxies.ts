import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** The proof by which a Sync shows that it comes from the proxy whose boot it names. */
export const proofsOfProxies: Migration = {
  name: '0021-proofs-of-proxies',
  async up(db) {
    await db.raw(`
      -- SHA-256 of the proof. NULL where the version before wrote the row: it knows of none, whatever the proxy sends.
      ALTER TABLE proxies ADD COLUMN proof bytea;
    `)
  },
}
