/** Time as a dependency, so that tests need not wait. */
export interface Clock {
  /** Unix time in milliseconds. Steps when the machine's clock is set. */
  wallMs(): number
  /** Milliseconds since some moment. Never goes back; on Linux it stands still while the machine is suspended. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
