import { RouteFallen } from '../lease/lease-source.js'
/** Call it in the turn in which the route was handed over: no row comes in between. */
export function follow(freshness, route) {
  let fallen
  let abort = (why) => {
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
//# sourceMappingURL=follow.js.map
