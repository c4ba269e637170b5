import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { KeyRef } from '../keys/data-key-cache.js'
import { type StoredVersion, toVersion, type VersionRef, type VersionRow } from '../versions/version-row.js'

/** Who is lent what. Immutable: the runtime role can add rows and read them. */
export interface LeaseRecord extends VersionRef {
  readonly generation: number
  /** SPIFFE id. */
  readonly caller: string
  readonly appId: string | null
  readonly serviceId: string | null
}

/** A version that may be leased, and the data key that its organisation seals under now, read in one snapshot. */
export interface LeasableVersion extends StoredVersion {
  readonly currentKey: KeyRef
}

export const leaseStore = (trx: Knex) => ({
  /**
   * Those of the versions that are stored, in organisations that were not shredded: looked up here and not in a cache,
   * so that a replica that still holds the key stops with the commit.
   */
  async read(refs: readonly VersionRef[]): Promise<readonly LeasableVersion[]> {
    if (refs.length === 0) return []
    const { rows }: { rows: LeasableRow[] } = await trx.raw(
      `SELECT v.*, k.id AS current_key_id, k.version AS current_key_version FROM unnest(?::text[], ?::text[], ?::text[]) AS asked (organization_id, secret_id, version_id)
       JOIN versions v USING (organization_id, secret_id, version_id)
       JOIN data_keys k USING (organization_id)
       WHERE v.state = 'stored' AND k.state = 'active'`,
      [refs.map((ref) => ref.organizationId), refs.map((ref) => ref.secretId), refs.map((ref) => ref.versionId)],
    )
    return rows.flatMap(toLeasable)
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

interface LeasableRow extends VersionRow {
  readonly current_key_id: string
  readonly current_key_version: number
}

function toLeasable(row: LeasableRow): LeasableVersion[] {
  const version = toVersion(row)
  if (version.state !== 'stored') return []
  const { current_key_id: keyId, current_key_version: keyVersion } = row
  return [{ ...version, currentKey: { organizationId: version.organizationId, keyId, keyVersion } }]
}
