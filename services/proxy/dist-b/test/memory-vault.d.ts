import type { Bindings } from '@protectmyapi/service-kit/bindings'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { LeaseQuestion } from '../lease/lease-upstream.js'
import type { LeaseKeyId, VaultLeases } from '../lease/vault-leases.js'
export declare const BINDINGS: Bindings
export declare const LEASE_LIFE_MS = 300000
/** A vault that leases whatever a question names, with a lease key for each organisation and hour. */
export interface MemoryVault extends VaultLeases {
  readonly asked: LeaseQuestion[]
  readonly says: {
    away: boolean
    leaseKeys: boolean
    dataKeyVersion: number
  }
}
export declare const secretOf: (versionId: string) => string
/** As the vault derives it, as far as its parts go. */
export declare function leaseKeyBytes(organizationId: string, { dataKeyId, dataKeyVersion, hour }: LeaseKeyId): Buffer
export declare function memoryVault(clock: Clock): MemoryVault
