import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { type StoredVersion, toVersion, type VersionRef, type VersionRow } from '../versions/version-row.js'

/** Who is lent what. Immutable: the runtime role can add rows and read them. */
export interface LeaseRecord extends VersionRef {
  readonly generation: number
  /** SPIFFE id. */
  readonly caller: string
  readonly appId: string | null
  readonly serviceId: string | null
}

export const leaseStore = (trx: Knex) => ({
  /**
   * Those of the versions that are stored, in organisations that were not shredded: looked up here and not in a cache,
   * so that a replica that still holds the key stops with the commit.
   */
  async read(refs: readonly VersionRef[]): Promise<readonly StoredVersion[]> {
    if (refs.length === 0) return []
    const { rows }: { rows: VersionRow[] } = await trx.raw(
      `SELECT v.* FROM unnest(?::text[], ?::text[], ?::text[]) AS asked (organization_id, secret_id, version_id)
       JOIN versions v USING (organization_id, secret_id, version_id)
       JOIN data_keys k USING (organization_id)
       WHERE v.state = 'stored' AND k.state = 'active'`,
      [refs.map((ref) => ref.organizationId), refs.map((ref) => ref.secretId), refs.map((ref) => ref.versionId)],
    )
    return rows.map(toVersion).filter((version) => version.state === 'stored')
  },

  async record(records: readonly LeaseRecord[]): Promise<void> {
    if (records.length === 0) return
    await trx('lease_audit').insert(
      records.map((record) => ({
        lease_id: newId('lease'),
        organization_id: record.organizationId,
        secret_id: record.secretId,
        version_id: record.versionId,
        generation: record.generation,
        caller: record.caller,
        app_id: record.appId,
        service_id: record.serviceId,
      })),
    )
  },
})
