import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { checkIdList, checkIds } from './bounds.js'
import { versionStore } from './version-store.js'

/** Erases sealed bytes. A destroyed grant key verifies nothing from the commit on. Idempotent. */
export const destroyVersions =
  ({ vaultDb }: { vaultDb: Knex }) =>
  async (organizationId: string, secretId: string, versionIds: readonly string[]): Promise<void> => {
    checkIds({ organization_id: organizationId, secret_id: secretId })
    checkIdList('version_ids', versionIds)
    await versionStore(vaultDb).destroy(organizationId, secretId, new Set(versionIds))
  }
