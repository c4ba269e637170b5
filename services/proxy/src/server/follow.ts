import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Freshness } from '../freshness/freshness.js'
import { RouteFallen } from '../lease/lease-source.js'
import type { Route } from '../routes/route.js'

/** Watches what a request rests on, from the route's hand-over to the answer's end. */
export interface Following {
  /** @throws RouteFallen where a row has felled the route: nothing has left yet, so the request may begin again. */
  check(): void
  /** From now on, a label that falls ends the answer. */
  handOn(abort: (why: Fault) => void): void
  end(): void
}

/** Call it in the turn in which the route was handed over, so that no row comes in between. */
export function follow(freshness: Freshness, route: Route): Following {
  let fallen: Fault | undefined
  let abort = (why: Fault): void => {
    fallen = why
  }
  const end = freshness.track(route.labels, (why) => abort(why))
  return {
    check() {
      if (fallen) throw new RouteFallen(fallen.message)
    },
    handOn(next) {
      abort = next
      if (fallen) next(fallen)
    },
    end,
  }
}
