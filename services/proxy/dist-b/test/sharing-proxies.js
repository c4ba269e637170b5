import { createLogger } from '@protectmyapi/service-kit/log'
import { createLeaseSource } from '../lease/held-leases.js'
import { createLeaseKeys } from '../lease/shared/lease-keys.js'
import { createReadShared } from '../lease/shared/read-shared.js'
import { createSharedLeases } from '../lease/shared/shared-leases.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { fresh } from './fresh.js'
import { manualTime } from './manual-time.js'
import { memoryVault } from './memory-vault.js'
import { routeResponse } from './route-response.js'
/** Proxies with a keeper of their own each, that share a clock, a vault and a store. */
export function sharingProxies(makeStore) {
  const time = manualTime()
  const store = makeStore(time.clock)
  const vault = memoryVault(time.clock)
  const syncs = []
  function proxy() {
    const freshness = fresh(time)
    syncs.push(freshness.sync)
    const logged = []
    const log = createLogger('proxy', 'info', { write: (line) => void logged.push(line) })
    const deps = { keeper: freshness.keeper, clock: time.clock, log }
    const keys = createLeaseKeys(freshness.keeper, time.clock)
    const upstream = createSharedLeases({ ...deps, store, keys, vault })
    return {
      ...freshness,
      keys,
      upstream,
      logged,
      /** What it takes from the store, whatever the vault would say. */
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
    advance(ms) {
      time.clock.advance(ms)
      for (const sync of syncs) sync()
    },
    route: (names, over = {}) => routeOf(names, { notAfter: time.clock.monotonicMs() + 300_000, ...over }),
  }
}
/** Secrets as 'a1': id and generation. */
export function granted(name) {
  const [id = '', generation = ''] = name
  return {
    secretId: `sec_${id}`,
    versionId: `ver_${id}_${generation}`,
    generation: Number(generation),
    name: `KEY_${id}`,
  }
}
function routeOf(names, over) {
  const secrets = names.map(granted)
  const organizationId = over.organizationId ?? 'org_1'
  return {
    ...routeFromWire(routeResponse()),
    secrets: new Map(secrets.map((secret) => [secret.secretId, secret])),
    labels: [
      { kind: 'FEED_KIND_ORGANIZATION', id: organizationId, generation: 1 },
      ...secrets.map(({ secretId, generation }) => ({ kind: 'FEED_KIND_SECRET', id: secretId, generation })),
    ],
    notAfter: 0,
    ...over,
  }
}
export function questionOf(route, why = 'wanted') {
  const { organizationId, grant, labels } = route
  return { organizationId, grant, labels, secrets: [...route.secrets.values()], why }
}
/** Versions that the vault was asked for, a list for each question. */
export function versionsAsked({ asked }) {
  return asked.map(({ secrets }) => secrets.map(({ versionId }) => versionId))
}
/** Whatever was begun and not waited for has happened. */
export const settle = () => new Promise((resolve) => void setImmediate(resolve))
//# sourceMappingURL=sharing-proxies.js.map
