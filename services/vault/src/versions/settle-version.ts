import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { checkIds } from './bounds.js'
import type { VersionRef } from './version-row.js'
import { versionStore } from './version-store.js'

export type Settlement = 'stored' | 'closed'

/**
 * TOMB: decides once and for all whether a version was stored. A version that was not is closed and can never be put
 * later, so that a crashed intent can be given up without a race against its own slow put. A destroyed version counts
 * as closed too, because it is never to be used.
 */
export const settleVersion =
  ({ vaultDb }: { vaultDb: Knex }) =>
  async (ref: VersionRef): Promise<Settlement> => {
    checkIds({ organization_id: ref.organizationId, secret_id: ref.secretId, version_id: ref.versionId })
    const versions = versionStore(vaultDb)
    // Two separate statements are safe: after the first the row exists, and no row ever goes from closed to stored.
    await versions.closeIfAbsent(ref)
    const version = await versions.find(ref)
    if (!version) throw new Error('a settled version vanished: rows of versions are never deleted')
    return version.state === 'stored' ? 'stored' : 'closed'
  }
