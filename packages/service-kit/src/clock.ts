/** Time as a dependency, so that tests need not wait. */
export interface Clock {
  /** Unix time in milliseconds. Jumps when the machine's clock is set. */
  wallMs(): number
  /** Milliseconds since an arbitrary moment. Never goes back; on Linux it stops while the machine is suspended. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
