import { jittered } from '../freshness/schedule.js'

const LIMITS = {
  /** Directory.RecordAccess takes no more at once. */
  batchMax: 1_000,
  /** Entries wait for company so long. */
  gatherMs: 50,
  /** While management is away. */
  backoffFirstMs: 100,
  backoffMaxMs: 2_000,
}
export function createAccessQueue({ recordAccess, clock, schedule, log, settled }) {
  const queue = []
  let sending
  let cancelTimer
  let failures = 0
  function add(entry) {
    queue.push(entry)
    if (queue.length >= LIMITS.batchMax && failures === 0) void send()
    else wake(LIMITS.gatherMs)
  }
  function wake(delayMs) {
    cancelTimer ??= schedule(() => {
      cancelTimer = undefined
      void send()
    }, delayMs)
  }
  function sleep() {
    cancelTimer?.()
    cancelTimer = undefined
  }
  /** One call at a time keeps the order. Answers whether it was taken. */
  function send() {
    sending ??= sendBatch().finally(() => {
      sending = undefined
      if (queue.length > 0) wake(failures > 0 ? backoffMs() : queue.length >= LIMITS.batchMax ? 0 : LIMITS.gatherMs)
    })
    return sending
  }
  async function sendBatch() {
    const batch = queue.slice(0, LIMITS.batchMax)
    if (batch.length === 0) return true
    try {
      await recordAccess(batch)
    } catch (err) {
      failures += 1
      if (failures === 1)
        log.warn({ err, waiting: queue.length }, 'access entries could not be recorded: they are kept and sent again')
      return false
    }
    failures = 0
    queue.splice(0, batch.length)
    batch.forEach(settled)
    return true
  }
  function backoffMs() {
    return jittered(Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** Math.min(failures - 1, 10)))
  }
  async function drain(graceMs) {
    const endsAt = clock.monotonicMs() + graceMs
    sleep()
    while (queue.length > 0 && clock.monotonicMs() < endsAt) {
      if (!(await withinMs(send(), endsAt - clock.monotonicMs()))) await pause(LIMITS.backoffFirstMs)
    }
    sleep()
    return queue.length
  }
  const pause = (ms) => new Promise((resolve) => void schedule(resolve, ms))
  /** False when the time is up first. */
  function withinMs(work, ms) {
    return new Promise((resolve) => {
      const cancel = schedule(() => resolve(false), ms)
      void work.then((taken) => {
        cancel()
        resolve(taken)
      })
    })
  }
  return { add, drain }
}
//# sourceMappingURL=access-queue.js.map
