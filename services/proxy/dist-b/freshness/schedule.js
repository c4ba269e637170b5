/** Keeps no process alive. */
export const systemSchedule = (run, delayMs) => {
  const timer = setTimeout(run, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
/** Half of the delay, and a random part of the other half: proxies that failed together do not come back together. */
export function jittered(delayMs, random = Math.random) {
  return delayMs / 2 + (random() * delayMs) / 2
}
/** Repeats something until the returned function is called. */
export function every(schedule, periodMs, run) {
  let cancel = schedule(again, periodMs)
  function again() {
    cancel = schedule(again, periodMs)
    run()
  }
  return () => cancel()
}
//# sourceMappingURL=schedule.js.map
