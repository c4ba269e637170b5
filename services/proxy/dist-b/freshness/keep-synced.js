import { jittered } from './schedule.js'
import { createSyncSession } from './sync-session.js'

const LIMITS = {
  /** A Sync without any sign of an answer for so long: the stream is given up, perhaps another management answers. */
  unansweredMs: 5_000,
  /** Below the 10 minutes that a stream may last; the next one is there before this one is cut. */
  streamMs: 9 * 60_000,
  /** Between two attempts, jittered: back within seconds of the authority's return. */
  backoffFirstMs: 100,
  backoffMaxMs: 1_000,
  /** Between two looks at the stream, at most. */
  lookMs: 1_000,
  /** Between two Syncs, at least, whatever horizon management names. */
  syncEveryMsMin: 50,
}
/** Keeps one Sync stream open for as long as the process lives, through restarts and absences of management. */
export function keepSynced({ feed, open, bootId, clock, schedule, log }) {
  let failures = 0
  let close = () => {}
  let stopped = false
  let onAnswered = () => {}
  const answered = new Promise((resolve) => {
    onAnswered = resolve
  })
  function connect() {
    const session = createSyncSession({ feed, clock, bootId })
    const openedAt = clock.monotonicMs()
    let over = false
    let cancelLook = () => {}
    const stream = open({ reply: onReply, ended: (reason) => finish(reason, backoffMs()) })
    close = () => finish('stopped', 0)
    stream.send(session.request())
    look()
    function onReply(reply) {
      if (over) return
      if (session.receive(reply)) {
        failures = 0
        onAnswered()
        // The horizon is known, or another, from here on: the next look may have to come sooner.
        cancelLook()
        look()
      }
      if (!over && session.due()) stream.send(session.request())
    }
    function look() {
      cancelLook = schedule(look, Math.min(LIMITS.lookMs, syncEveryMs(session) / 4))
      if (session.waitingMs() > LIMITS.unansweredMs) finish('a Sync went unanswered', backoffMs())
      else if (clock.monotonicMs() - openedAt > LIMITS.streamMs) finish('the stream is old', 0)
      else if (session.idleMs() >= syncEveryMs(session)) stream.send(session.request())
    }
    function finish(reason, againInMs) {
      if (over) return
      over = true
      cancelLook()
      stream.cancel()
      if (stopped) return
      log.info({ err: reason, againInMs: Math.round(againInMs) }, 'the Sync stream ended: another is opened')
      const cancel = schedule(connect, againInMs)
      close = cancel
    }
  }
  function backoffMs() {
    failures += 1
    return jittered(Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** Math.min(failures - 1, 10)))
  }
  connect()
  return {
    answered,
    stop() {
      stopped = true
      close()
    },
  }
}
/** A third of the horizon; before it is known, as often as a stream without an answer is given up. */
function syncEveryMs(session) {
  const horizonMs = session.horizonMs()
  return horizonMs === undefined ? LIMITS.unansweredMs * 2 : Math.max(LIMITS.syncEveryMsMin, horizonMs / 3)
}
//# sourceMappingURL=keep-synced.js.map
