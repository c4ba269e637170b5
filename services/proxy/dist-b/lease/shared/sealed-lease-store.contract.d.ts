import type { SealedLeaseStore } from './sealed-lease-store.js'

interface Rig {
  readonly store: SealedLeaseStore
  /** Lets time pass until this is so. @throws where it never is. */
  comesTrue(probe: () => Promise<boolean>): Promise<void>
}
/** What Redis and its stand-in both keep. */
export declare function sealedLeaseStoreContract(make: () => Rig): void
