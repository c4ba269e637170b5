/** Time as a dependency, so that tests need not wait. */
export interface Time {
  /** Milliseconds since an arbitrary moment; never goes back. */
  nowMs(): number
  /** Calls `run` once after that many milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void
  /** A number from 0 to below 1: spreads what many clients would do at the same moment. */
  random(): number
}

export const systemTime: Time = {
  nowMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    // Does not keep a process running that has nothing else to do.
    timer.unref()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
