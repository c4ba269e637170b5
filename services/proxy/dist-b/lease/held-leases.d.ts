import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Keeper } from '../freshness/keeper.js'
import type { Route } from '../routes/route.js'
import { type LeaseSource } from './lease-source.js'
import type { LeaseUpstream } from './lease-upstream.js'

interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly upstream: LeaseUpstream
  /** The vault refused this route's grant. */
  readonly forgetRoute: (route: Route) => void
}
/** Memory, then one shared flight per version to the vault; each who waits judges what has landed for itself. */
export declare function createLeaseSource({ keeper, clock, log, upstream, forgetRoute }: Deps): LeaseSource
