import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { createLeaseSource } from '../lease/held-leases.js'
import type { LeaseQuestion } from '../lease/lease-upstream.js'
import { createLeaseKeys } from '../lease/shared/lease-keys.js'
import { createReadShared } from '../lease/shared/read-shared.js'
import type { SealedLeaseStore } from '../lease/shared/sealed-lease-store.js'
import { createSharedLeases } from '../lease/shared/shared-leases.js'
import type { GrantedSecret, Route } from '../routes/route.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { fresh } from './fresh.js'
import { type ManualTime, manualTime } from './manual-time.js'
import { type MemoryVault, memoryVault } from './memory-vault.js'
import { routeResponse } from './route-response.js'

/** Proxies that share a clock, a vault and a store, each with its own keeper. */
export function sharingProxies<Store extends SealedLeaseStore>(makeStore: (clock: ManualTime['clock']) => Store) {
  const time = manualTime()
  const store = makeStore(time.clock)
  const vault = memoryVault(time.clock)
  const syncs: (() => void)[] = []

  function proxy() {
    const freshness = fresh(time)
    syncs.push(freshness.sync)
    const logged = memoryLog('info')
    const deps = { keeper: freshness.keeper, clock: time.clock, log: logged.log }
    const keys = createLeaseKeys(freshness.keeper, time.clock)
    const upstream = createSharedLeases({ ...deps, store, keys, vault })
    return {
      ...freshness,
      keys,
      upstream,
      logged,
      /** What it takes from the store, without asking the vault. */
      read: createReadShared({ ...deps, store, keys }),
      leases: createLeaseSource({ ...deps, upstream, forgetRoute: () => {} }),
    }
  }

  return {
    time,
    store,
    vault,
    proxy,
    /** Time passes, and every proxy's horizon moves with it. */
    advance(ms: number): void {
      time.clock.advance(ms)
      for (const sync of syncs) sync()
    },
    route: (names: readonly string[], over: Partial<Route> = {}): Route =>
      routeOf(names, { notAfter: time.clock.monotonicMs() + 300_000, ...over }),
  }
}

export type SharingProxy = ReturnType<ReturnType<typeof sharingProxies>['proxy']>

/** Secrets as 'a1': id and generation. */
export function granted(name: string): GrantedSecret {
  const [id = '', generation = ''] = name
  return {
    secretId: `sec_${id}`,
    versionId: `ver_${id}_${generation}`,
    generation: Number(generation),
    name: `KEY_${id}`,
  }
}

function routeOf(names: readonly string[], over: Partial<Route>): Route {
  const secrets = names.map(granted)
  const organizationId = over.organizationId ?? 'org_1'
  return {
    ...routeFromWire(routeResponse()),
    secrets: new Map(secrets.map((secret) => [secret.secretId, secret])),
    labels: [
      { kind: 'FEED_KIND_ORGANIZATION', id: organizationId, generation: 1 },
      { kind: 'FEED_KIND_LEASE_KEYS', id: organizationId, generation: 1 },
      ...secrets.map(({ secretId, generation }) => ({ kind: 'FEED_KIND_SECRET', id: secretId, generation }) as const),
    ],
    notAfter: 0,
    ...over,
  }
}

export function questionOf(route: Route, why: LeaseQuestion['why'] = 'wanted'): LeaseQuestion {
  const { organizationId, grant, labels } = route
  return { organizationId, grant, labels, secrets: [...route.secrets.values()], why }
}

/** Versions that the vault was asked for, a list for each question. */
export function versionsAsked({ asked }: MemoryVault): string[][] {
  return asked.map(({ secrets }) => secrets.map(({ versionId }) => versionId))
}

/** Lets everything happen that was started and not waited for. */
export const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
