/**
 * Runs something later, once; the returned function cancels it. Injected like the clock, so that tests need not wait.
 */
export type Schedule = (run: () => void, delayMs: number) => () => void

/** Its timers do not keep the process alive. */
export const systemSchedule: Schedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}

/**
 * Half of the delay, and a random part of the other half, so that proxies which failed together do not come back
 * together.
 */
export function jittered(delayMs: number, random: () => number = Math.random): number {
  return delayMs / 2 + (random() * delayMs) / 2
}

/** Repeats something until the returned function is called. */
export function every(schedule: Schedule, periodMs: number, run: () => void): () => void {
  let cancel = schedule(again, periodMs)
  function again(): void {
    cancel = schedule(again, periodMs)
    run()
  }
  return () => cancel()
}
