import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Keeper } from '../../freshness/keeper.js'
import type { LeaseAnswer, LeaseQuestion } from '../lease-upstream.js'
import type { LeaseKeys } from './lease-keys.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'
export interface SharedDeps {
  readonly store: SealedLeaseStore
  readonly keys: LeaseKeys
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
}
/** Those leases that others have shared and that may be used. What is missing, or wrong in any way, is left out. */
export type ReadShared = (question: LeaseQuestion) => Promise<readonly LeaseAnswer[]>
export declare function createReadShared({ store, keys, keeper, clock, log }: SharedDeps): ReadShared
