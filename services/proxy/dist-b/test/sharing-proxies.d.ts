import type { LeaseQuestion } from '../lease/lease-upstream.js'
import type { SealedLeaseStore } from '../lease/shared/sealed-lease-store.js'
import type { GrantedSecret, Route } from '../routes/route.js'
import { type ManualTime } from './manual-time.js'
import { type MemoryVault } from './memory-vault.js'
/** Proxies with a keeper of their own each, that share a clock, a vault and a store. */
export declare function sharingProxies<Store extends SealedLeaseStore>(
  makeStore: (clock: ManualTime['clock']) => Store,
): {
  time: ManualTime
  store: Store
  vault: MemoryVault
  proxy: () => {
    keys: import('../lease/shared/lease-keys.js').LeaseKeys
    upstream: import('../lease/lease-upstream.js').LeaseUpstream
    logged: string[]
    /** What it takes from the store, whatever the vault would say. */
    read: import('../lease/shared/read-shared.js').ReadShared
    leases: import('../lease/lease-source.js').LeaseSource
    time: ManualTime
    keeper: import('../freshness/keeper.js').FeedState
    sync(): void
    apply(row: import('../freshness/label.js').Label): void
  }
  /** Time passes, and every proxy's horizon moves with it. */
  advance(ms: number): void
  route: (names: readonly string[], over?: Partial<Route>) => Route
}
export type SharingProxy = ReturnType<ReturnType<typeof sharingProxies>['proxy']>
/** Secrets as 'a1': id and generation. */
export declare function granted(name: string): GrantedSecret
export declare function questionOf(route: Route, why?: LeaseQuestion['why']): LeaseQuestion
/** Versions that the vault was asked for, a list for each question. */
export declare function versionsAsked({ asked }: MemoryVault): string[][]
/** Whatever was begun and not waited for has happened. */
export declare const settle: () => Promise<void>
