import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
export function manualTime() {
  const clock = manualClock()
  const timers = new Set()
  function nextUntil(end) {
    return [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }
  return {
    clock,
    schedule(run, delayMs) {
      const timer = { at: clock.monotonicMs() + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const end = clock.monotonicMs() + ms
      for (let timer = nextUntil(end); timer; timer = nextUntil(end)) {
        timers.delete(timer)
        clock.advance(Math.max(0, timer.at - clock.monotonicMs()))
        timer.run()
      }
      clock.advance(end - clock.monotonicMs())
    },
    get timers() {
      return timers.size
    },
  }
}
//# sourceMappingURL=manual-time.js.map
