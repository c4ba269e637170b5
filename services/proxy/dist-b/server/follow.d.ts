import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Freshness } from '../freshness/freshness.js'
import type { Route } from '../routes/route.js'
/** Watches what a request rests on, from the route's hand-over to the answer's end. */
export interface Following {
  /** @throws RouteFallen where a row has felled the route: nothing has left yet, so the request may begin again. */
  check(): void
  /** From now on, what falls ends the answer. */
  handOn(abort: (why: Fault) => void): void
  end(): void
}
/** Call it in the turn in which the route was handed over: no row comes in between. */
export declare function follow(freshness: Freshness, route: Route): Following
