import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Keeper } from '../freshness/keeper.js'
import { every, type Schedule } from '../freshness/schedule.js'
import type { RedisLink } from '../redis/redis-link.js'
import type { Route } from '../routes/route.js'
import { countedHeld, countedVault } from '../telemetry/counted.js'
import { NO_MEASURES, type ProxyMeasures } from '../telemetry/proxy-measures.js'
import { grpcVaultLeases } from './grpc-vault-leases.js'
import { createLeaseSource } from './held-leases.js'
import type { LeaseSource } from './lease-source.js'
import { createLeaseKeys } from './shared/lease-keys.js'
import { redisSealedLeases } from './shared/redis-sealed-leases.js'
import { createSharedLeases } from './shared/shared-leases.js'
import { unsharedLeases } from './vault-leases.js'

const LIMITS = {
  /** How long after its end an unused lease key may be wiped. */
  sweepEveryMs: 60_000,
} as const

interface Deps {
  readonly vault: Pick<ReloadingClient<VaultClient>, 'current'>
  /** Null: leases are not shared. */
  readonly redis: Pick<RedisLink, 'use'> | null
  readonly keeper: Keeper
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
  readonly forgetRoute: (route: Route) => void
  readonly measures?: Pick<ProxyMeasures, 'leases'>
}

export interface BuiltLeases extends LeaseSource {
  /** How many leases are held. */
  size(): number
  close(): void
}

/** Looks in memory, then among what other proxies share through Redis, then asks the vault. */
export function buildLeases({ vault, redis, schedule, measures = NO_MEASURES, ...deps }: Deps): BuiltLeases {
  const { leases } = measures
  const vaultLeases = countedVault(grpcVaultLeases(vault, deps.clock), leases)
  if (!redis)
    return {
      ...countedHeld(createLeaseSource({ ...deps, upstream: unsharedLeases(vaultLeases) }), leases),
      close: () => {},
    }
  const keys = createLeaseKeys(deps.keeper, deps.clock)
  const upstream = createSharedLeases({ ...deps, measures, keys, vault: vaultLeases, store: redisSealedLeases(redis) })
  const stopSweeping = every(schedule, LIMITS.sweepEveryMs, () => keys.sweep())
  return {
    ...countedHeld(createLeaseSource({ ...deps, upstream }), leases),
    close() {
      stopSweeping()
      keys.wipeAll()
    },
  }
}
