import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { LeaseAnswer, LeaseQuestion } from '../lease-upstream.js'
import type { LeaseKey, VaultLease } from '../vault-leases.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'
/** Shares what the vault has just leased. Seals at once, for the values are about to be wiped; nobody waits for the rest. */
export type WriteShared = (
  question: Pick<LeaseQuestion, 'organizationId' | 'secrets'>,
  answers: readonly LeaseAnswer<VaultLease>[],
  leaseKey: LeaseKey,
) => void
export declare function createWriteShared({
  store,
  clock,
  log,
}: {
  store: SealedLeaseStore
  clock: Clock
  log: Logger
}): WriteShared
