import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { VersionRef } from '../versions/version-row.js'

/** Pinned public halves of management's grant keys, by version id, which is the `kid`. */
export const grantKeyStore = (db: Knex) => ({
  /** False where the version id is pinned already, for another secret. */
  async pin({ organizationId, secretId, versionId }: VersionRef, publicKey: Buffer): Promise<boolean> {
    const row = { version_id: versionId, organization_id: organizationId, secret_id: secretId, public_key: publicKey }
    const inserted = await db('pinned_grant_keys').insert(row).onConflict('version_id').ignore().returning('version_id')
    return inserted.length > 0
  },

  /** SPKI, DER, by key id: to verify a signature by. Whether it is pinned still, the lease's own statement looks. */
  async find(keyIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const rows = await db<{ version_id: string; public_key: Buffer }>('pinned_grant_keys')
      .whereIn('version_id', keyIds)
      .select('version_id', 'public_key')
    return new Map(rows.map((row) => [row.version_id, row.public_key]))
  },
})
