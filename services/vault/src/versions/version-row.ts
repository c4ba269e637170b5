import { type Bindings, StoredBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { sealBroken } from '../envelope/envelope.js'
import type { Purpose } from '../envelope/seal-context.js'

/** Names one version. Its id alone is not enough: every query carries the organization. */
export interface VersionRef {
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
}

/** JSON of a list is injective: no two versions share a name. */
export function versionName({ organizationId, secretId, versionId }: VersionRef): string {
  return JSON.stringify([organizationId, secretId, versionId])
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

export function toVersion(row: Omit<VersionRow, 'created_at'>): Version {
  const ref = { organizationId: row.organization_id, secretId: row.secret_id, versionId: row.version_id }
  if (row.state !== 'stored') return { ...ref, state: row.state }
  if (row.generation === null || row.purpose === null || row.sealed === null)
    throw new Error('a stored version without contents')
  const { purpose, bindings, key_id: keyId, key_version: keyVersion, sealed } = row
  return { ...ref, state: 'stored', generation: Number(row.generation), purpose, bindings, keyId, keyVersion, sealed }
}

/**
 * @throws Fault SECRET_DECRYPTION_FAILED: bindings that cannot be parsed were altered, and so would never authenticate.
 */
export function storedBindings(column: unknown): Bindings {
  const parsed = StoredBindings.safeParse(column)
  if (!parsed.success) throw sealBroken()
  return parsed.data
}
