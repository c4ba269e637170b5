import { every } from '../freshness/schedule.js'
import { grpcVaultLeases } from './grpc-vault-leases.js'
import { createLeaseSource } from './held-leases.js'
import { createLeaseKeys } from './shared/lease-keys.js'
import { redisSealedLeases } from './shared/redis-sealed-leases.js'
import { createSharedLeases } from './shared/shared-leases.js'
import { unsharedLeases } from './vault-leases.js'

const LIMITS = {
  /** How late past its end an unused lease key may be wiped. */
  sweepEveryMs: 60_000,
}
/** Memory, then what other proxies share through Redis, then the vault. */
export function buildLeases({ vault, redis, schedule, ...deps }) {
  const vaultLeases = grpcVaultLeases(vault, deps.clock)
  if (!redis) return { ...createLeaseSource({ ...deps, upstream: unsharedLeases(vaultLeases) }), close: () => {} }
  const keys = createLeaseKeys(deps.keeper, deps.clock)
  const upstream = createSharedLeases({ ...deps, keys, vault: vaultLeases, store: redisSealedLeases(redis) })
  const stopSweeping = every(schedule, LIMITS.sweepEveryMs, () => keys.sweep())
  return {
    ...createLeaseSource({ ...deps, upstream }),
    close() {
      stopSweeping()
      keys.wipeAll()
    },
  }
}
//# sourceMappingURL=build-leases.js.map
