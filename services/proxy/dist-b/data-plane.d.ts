import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Admission } from './admit/admission.js'
import type { Freshness } from './freshness/freshness.js'
import { type Schedule } from './freshness/schedule.js'
import type { LeaseSource } from './lease/lease-source.js'
import type { RedisLink } from './redis/redis-link.js'
import type { RouteSource } from './routes/route.js'
import { type ExchangeDebugToken } from './sessions/grpc-exchange.js'
import { type PublishedJwk } from './sessions/session-keys.js'
/** All that stands between the pipeline and the authorities: kept fresh, shared, recorded. */
export interface DataPlane {
  readonly freshness: Freshness
  readonly routes: RouteSource
  readonly leases: LeaseSource
  readonly admission: Admission
  readonly exchangeDebugToken: ExchangeDebugToken
  /** For `/.well-known/jwks.json`. @throws Fault UNAVAILABLE. */
  jwks(): Promise<{
    readonly keys: readonly PublishedJwk[]
  }>
  /** The horizon is ahead: what is held may be used. */
  ready(): boolean
  /** Resolves with the first answered Sync, or after a while without one: it goes on trying. */
  start(): Promise<void>
  /** Call it when the last request has ended: hands over what is not on record yet, within its grace. */
  stop(): Promise<void>
}
export interface DataPlaneDeps {
  readonly directory: Pick<ReloadingClient<DirectoryClient>, 'current'>
  readonly vault: Pick<ReloadingClient<VaultClient>, 'current'>
  readonly clock: Clock
  readonly log: Logger
  /** Null: admission goes through management alone, and leases are not shared. */
  readonly redis?: RedisLink | null
  readonly schedule?: Schedule
  /** BOOT: random, one per process start; never a pod's name. */
  readonly bootId?: string
}
export declare function createDataPlane({
  directory,
  vault,
  clock,
  log,
  redis,
  schedule,
  bootId,
}: DataPlaneDeps): DataPlane
