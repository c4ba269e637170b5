import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { HeadWitness } from './head-witness.js'

/** One version of one secret, as both databases name it. */
export interface VersionRef {
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
}

export type Purpose = 'INJECTION' | 'OPERATIONAL' | 'GRANT_SIGNING'

export interface NewVersion extends VersionRef {
  /** Its predecessor's + 1; 1 for the first. */
  readonly generation: number
  readonly purpose: Purpose
  /** The caller keeps it, and wipes it. */
  readonly value: SecretBytes
  readonly bindings: Bindings
  /**
   * The bindings were not entered again: the vault compares them with those that the previous generation was sealed
   * with.
   */
  readonly sameBindings?: boolean
}

type Settlement = 'STORED' | 'CLOSED'

interface OperationalLease {
  /** The caller wipes it. */
  readonly value: SecretBytes
  /** The holder counts it from before it asked. */
  readonly lifeMs: number
}

/**
 * The vault as management sees it: management writes to it, and reads back nothing that could be injected.
 *
 * Every method throws Fault UNAVAILABLE when the vault does not answer in time; what was asked may have happened all
 * the same.
 */
export interface VaultClient extends HeadWitness {
  /**
   * Idempotent on the version id. @throws Fault CONFLICT: the version is closed or destroyed, was stored with other
   * contents, is not the successor of the newest one stored, or has other bindings than that one although they are to
   * be the same.
   */
  putSecret(version: NewVersion): Promise<void>
  /** Decides for good whether the version was stored; one that was not can never be (TOMB). */
  settleVersion(version: VersionRef): Promise<Settlement>
  /** Idempotent; at most 100. */
  destroyVersions(organizationId: string, secretId: string, versionIds: readonly string[]): Promise<void>
  /** @throws Fault SECRET_NOT_FOUND for what is absent, or of purpose INJECTION. */
  leaseOperational(version: VersionRef): Promise<OperationalLease>
  /** Idempotent. Once it settles, nothing that was sealed for the organization can be opened. */
  shredOrganization(organizationId: string): Promise<void>
}
