import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Keeper } from '../freshness/keeper.js'
import { type Schedule } from '../freshness/schedule.js'
import type { RedisLink } from '../redis/redis-link.js'
import type { Route } from '../routes/route.js'
import type { LeaseSource } from './lease-source.js'

interface Deps {
  readonly vault: Pick<ReloadingClient<VaultClient>, 'current'>
  /** Null: leases are not shared. */
  readonly redis: Pick<RedisLink, 'use'> | null
  readonly keeper: Keeper
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
  readonly forgetRoute: (route: Route) => void
}
/** Memory, then what other proxies share through Redis, then the vault. */
export declare function buildLeases({ vault, redis, schedule, ...deps }: Deps): LeaseSource & {
  close(): void
}
