import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VersionRef } from '../versions/version-row.js'

/** A pin, and whose private half it is the public one of. */
export interface PinnedKey extends VersionRef {
  /** SPKI, DER. */
  readonly publicKey: Buffer
}

/** Pinned public halves of management's grant keys, by version id, which is the `kid`. */
export const grantKeyStore = (db: Knex) => ({
  /** False where the version id is pinned already, for another secret. */
  async pin({ organizationId, secretId, versionId }: VersionRef, publicKey: Buffer): Promise<boolean> {
    const row = { version_id: versionId, organization_id: organizationId, secret_id: secretId, public_key: publicKey }
    const inserted = await db('pinned_grant_keys').insert(row).onConflict('version_id').ignore().returning('version_id')
    return inserted.length > 0
  },

  /** By key id. Rows: what they are worth, `authenticPins` says, and whether they stand still, the lease's own statement. */
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
