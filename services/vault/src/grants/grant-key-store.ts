import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VersionRef } from '../versions/version-row.js'

/** A pinned public key, and the version that holds its private half. */
export interface PinnedKey extends VersionRef {
  /** SPKI, DER. */
  readonly publicKey: Buffer
}

/** Pinned public halves of management's grant keys, by version id, which is the `kid`. */
export const grantKeyStore = (db: Knex) => ({
  /** False if the version id is already pinned, for another secret. */
  async pin({ organizationId, secretId, versionId }: VersionRef, publicKey: Buffer): Promise<boolean> {
    const row = { version_id: versionId, organization_id: organizationId, secret_id: secretId, public_key: publicKey }
    const inserted = await db('pinned_grant_keys').insert(row).onConflict('version_id').ignore().returning('version_id')
    return inserted.length > 0
  },

  /**
   * Finds pins by key id. These are unverified rows: `authenticPins` checks that they are genuine, and the lease's own
   * statement that they are still there.
   */
  async find(keyIds: readonly string[]): Promise<ReadonlyMap<string, PinnedKey>> {
    const rows: PinnedKey[] = await db('pinned_grant_keys').whereIn('version_id', keyIds).select({
      organizationId: 'organization_id',
      secretId: 'secret_id',
      versionId: 'version_id',
      publicKey: 'public_key',
    })
    return new Map(rows.map((row) => [row.versionId, row]))
  },
})
