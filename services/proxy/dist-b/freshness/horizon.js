export function momentOf(clock) {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
}
export function createHorizon(clock) {
  let sent
  let grantedMs = 0
  /** The larger of both clocks: the monotonic one stands still in a suspended machine, the other may be set back. */
  const elapsedMs = (since) => Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs)
  return {
    answered(nextSent, horizonMs) {
      if (sent && nextSent.monotonicMs < sent.monotonicMs) return
      sent = nextSent
      grantedMs = horizonMs
    },
    isCurrent: () => sent !== undefined && elapsedMs(sent) < grantedMs,
    passedForMs: () => (sent === undefined ? Number.POSITIVE_INFINITY : Math.max(0, elapsedMs(sent) - grantedMs)),
  }
}
//# sourceMappingURL=horizon.js.map
