/** Where a fill begins: noted before the question leaves. */
export function beginFill(keeper, clock) {
  return { askedAt: clock.monotonicMs(), epoch: keeper.epoch() }
}
/** FENCE: what arrives below a floor, from an older epoch or after its own end is discarded. */
export function mayBeHeld(held, keeper, clock) {
  return held.epoch === keeper.epoch() && clock.monotonicMs() < held.notAfter && keeper.accepts(held.labels)
}
/** HANDOVER: asked for each who waits, after the flight has landed, for a request may be younger than its flight. */
export function mayBeHandedOver(held, keeper, clock) {
  return keeper.isCurrent() && mayBeHeld(held, keeper, clock)
}
/** From half of its life on, a thing that is in use is asked for anew, so that an absence of its source is not felt. */
export function isHalfSpent({ askedAt, notAfter }, clock) {
  return clock.monotonicMs() - askedAt > (notAfter - askedAt) / 2
}
//# sourceMappingURL=held.js.map
