import type { Clock } from '@protectmyapi/service-kit/clock'
import type { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import type { Held } from '../../freshness/held.js'
import type { Keeper } from '../../freshness/keeper.js'
import type { Route } from '../../routes/route.js'
import type { LeaseKey, LeaseKeyId } from '../vault-leases.js'
/** Lease keys in this process's memory, and nowhere else. */
export interface LeaseKeys {
  /** Takes the key over; wipes it when it is dropped, and at once where it may not be held. */
  keep(route: Pick<Route, 'organizationId' | 'labels'>, key: LeaseKey, begun: Pick<Held, 'askedAt' | 'epoch'>): void
  /** To be used in the same turn: afterwards it may have been wiped. */
  find(organizationId: string, id: LeaseKeyId): SecretBytes | undefined
  /** False for an organisation to which this proxy is cold. */
  holdsAny(organizationId: string): boolean
  /** Wipes what is past its end. */
  sweep(): void
  wipeAll(): void
}
export declare function createLeaseKeys(keeper: Keeper, clock: Clock): LeaseKeys
