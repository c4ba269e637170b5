import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { checkIdList, checkIds } from './bounds.js'
import { type VersionSummary, versionStore } from './version-store.js'

export const describeVersions =
  ({ vaultDb }: { vaultDb: Knex }) =>
  async (organizationId: string, secretIds: readonly string[]): Promise<readonly VersionSummary[]> => {
    checkIds({ organization_id: organizationId })
    checkIdList('secret_ids', secretIds)
    return versionStore(vaultDb).describe(organizationId, secretIds)
  }
