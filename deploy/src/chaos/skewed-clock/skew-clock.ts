/** A replacement for `Date` whose wall clock is wrong by `skewMs`. The monotonic clock is not touched. */
export function skewedDate(Real: DateConstructor, skewMs: () => number): DateConstructor {
  return new Proxy(Real, {
    construct(target, given: unknown[], newTarget) {
      return Reflect.construct(target, given.length === 0 ? [target.now() + skewMs()] : given, newTarget)
    },
    apply: (target) => new target(target.now() + skewMs()).toString(),
    get(target, name) {
      return name === 'now' ? () => target.now() + skewMs() : Reflect.get(target, name)
    },
  })
}
