import type { Knex } from '@protectmyapi/service-kit/postgres'
import { grantKeyStore } from '../grants/grant-key-store.js'
import { checkIdList, checkIds } from './bounds.js'
import { versionStore } from './version-store.js'

/** Erases sealed bytes; a destroyed grant key verifies nothing from the commit on. Idempotent. */
export const destroyVersions =
  ({ vaultDb }: { vaultDb: Knex }) =>
  async (organizationId: string, secretId: string, versionIds: readonly string[]): Promise<void> => {
    checkIds({ organization_id: organizationId, secret_id: secretId })
    checkIdList('version_ids', versionIds)
    await vaultDb.transaction(async (trx) => {
      // Sorted: two calls that share versions must not lock them crosswise.
      for (const versionId of [...new Set(versionIds)].sort()) {
        const ref = { organizationId, secretId, versionId }
        await versionStore(trx).destroy(ref)
        await grantKeyStore(trx).unpin(ref)
      }
    })
  }
