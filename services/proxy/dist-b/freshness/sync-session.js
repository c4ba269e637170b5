import { momentOf } from './horizon.js'
export function createSyncSession({ feed, clock, bootId }) {
  /** By sync_id. ECHO: an answer moves the horizon from the sending of the Sync that it names, and of no other. */
  const pending = new Map()
  let lastId = 0
  let lastSentAt = clock.monotonicMs()
  let lastSignAt = clock.monotonicMs()
  let reported = 0
  let rowMissing = false
  let horizonMs
  function request() {
    lastId += 1
    const sent = { ...momentOf(clock), applied: feed.applied() }
    if (pending.size === 0) lastSignAt = sent.monotonicMs
    pending.set(lastId, sent)
    lastSentAt = sent.monotonicMs
    reported = sent.applied
    rowMissing = false
    return { bootId, syncId: lastId, applied: sent.applied }
  }
  function receive({ answer, push }) {
    lastSignAt = clock.monotonicMs()
    if (push) {
      if (feed.push(push) === 'gap') rowMissing = true
      return false
    }
    const sent = answer ? pending.get(answer.syncId) : undefined
    if (!answer || !sent) return false
    feed.answer(sent, answer)
    if (answer.more) return false
    horizonMs = answer.horizonMs
    // Older ones that are still unanswered say nothing any more.
    for (const id of pending.keys()) if (id <= answer.syncId) pending.delete(id)
    return true
  }
  return {
    request,
    receive,
    // One at a time: rows that come in a burst are reported together by the next.
    due: () => pending.size === 0 && (rowMissing || feed.applied() !== reported),
    waitingMs: () => (pending.size === 0 ? 0 : clock.monotonicMs() - lastSignAt),
    idleMs: () => clock.monotonicMs() - lastSentAt,
    horizonMs: () => horizonMs,
  }
}
//# sourceMappingURL=sync-session.js.map
