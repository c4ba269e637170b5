/** Time as a dependency, so that tests need not wait. */
export interface Time {
  /** Milliseconds since some moment; never goes back. */
  nowMs(): number
  /** Runs once, after so many milliseconds; what it answers calls it off. */
  after(ms: number, run: () => void): () => void
  /** From 0 to below 1: spreads what many clients would do at one moment. */
  random(): number
}

export const systemTime: Time = {
  nowMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    // A process that has nothing else to do may end.
    timer.unref()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
