import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Keeper } from '../freshness/keeper.js'
import type { SessionVerifier } from '../sessions/verify-session.js'
import type { Route, RouteSource } from './route.js'
/** Directory.ResolveRoute. @throws Fault: management's own, or UNAVAILABLE. */
export type ResolveRoute = (credential: string, service: string) => Promise<ResolveRouteResponse__Output>
interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly resolveRoute: ResolveRoute
  readonly sessions: SessionVerifier
}
/** Routes, and a way to say that the vault refused one's grant. */
export interface HeldRoutes extends RouteSource {
  /** Its grant is of no use, such as after a rotation of this proxy's certificate: the next request asks anew. */
  forget(route: Route): void
}
export declare function createRouteSource({ keeper, clock, log, resolveRoute, sessions }: Deps): HeldRoutes
