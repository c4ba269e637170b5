import { type Bindings, StoredBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { sealBroken } from '../envelope/envelope.js'
import type { Purpose } from '../envelope/seal-context.js'

/** Names one version. Its id alone is not enough: every query carries the organization. */
export interface VersionRef {
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
}

/** Injective, because the lengths say where each id ends: no two versions share a name. */
export function versionName({ organizationId, secretId, versionId }: VersionRef): string {
  return `${organizationId.length} ${secretId.length} ${organizationId}${secretId}${versionId}`
}

/** A sealed version as stored. Nothing in it is trusted before the seal has been opened with it. */
export interface StoredVersion extends VersionRef {
  readonly state: 'stored'
  readonly generation: number
  readonly purpose: Purpose
  readonly bindings: unknown
  /** The key that the columns name; the envelope is authoritative. */
  readonly keyId: string | null
  readonly keyVersion: number | null
  readonly sealed: Buffer
}

export type Version = StoredVersion | (VersionRef & { readonly state: 'closed' | 'destroyed' })

/** A row of table `versions` as pg returns it: bigint as text. */
export interface VersionRow {
  readonly organization_id: string
  readonly secret_id: string
  readonly version_id: string
  readonly state: 'stored' | 'closed' | 'destroyed'
  readonly generation: string | null
  readonly purpose: Purpose | null
  readonly bindings: unknown
  readonly key_id: string | null
  readonly key_version: number | null
  readonly sealed: Buffer | null
  readonly created_at: Date
}

/** Written field by field, because spreading showed in the profile of leases. */
export function toVersion(row: Omit<VersionRow, 'created_at'>): Version {
  const { organization_id: organizationId, secret_id: secretId, version_id: versionId } = row
  if (row.state !== 'stored') return { organizationId, secretId, versionId, state: row.state }
  if (row.generation === null || row.purpose === null || row.sealed === null)
    throw new Error('a stored version without contents')
  const { purpose, bindings, key_id: keyId, key_version: keyVersion, sealed } = row
  return {
    organizationId,
    secretId,
    versionId,
    state: 'stored',
    generation: Number(row.generation),
    purpose,
    bindings,
    keyId,
    keyVersion,
    sealed,
  }
}

/**
 * @throws Fault SECRET_DECRYPTION_FAILED: bindings that cannot be parsed were altered, and so would never authenticate.
 */
export function storedBindings(column: unknown): Bindings {
  const parsed = StoredBindings.safeParse(column)
  if (!parsed.success) throw sealBroken()
  return parsed.data
}
