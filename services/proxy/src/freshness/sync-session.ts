import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { momentOf } from './horizon.js'
import type { FeedState, SentSync } from './keeper.js'

/** The proxy's side of one stream's conversation, without the stream. */
export interface SyncSession {
  /** The next Sync. The moment of sending is noted here, so call it right before sending (SENT). */
  request(): SyncRequest
  /** Processes a reply. Returns true when a Sync has been answered completely. */
  receive(reply: SyncReply__Output): boolean
  /** A Sync should be sent at once: something applied is not reported yet, or a row is missing. */
  due(): boolean
  /** Milliseconds without any sign of an answer while a Sync is unanswered; 0 when none is. */
  waitingMs(): number
  /** Milliseconds since the last Sync was sent. */
  idleMs(): number
  /** As management last stated it (HGRANTED); undefined before the first answer. */
  horizonMs(): number | undefined
}

export function createSyncSession({
  feed,
  clock,
  bootId,
  proof,
}: {
  feed: FeedState
  clock: Clock
  bootId: string
  proof: Uint8Array
}): SyncSession {
  /** By sync_id. ECHO: an answer moves the horizon from the sending of the Sync that it names, and of no other. */
  const pending = new Map<number, SentSync>()
  let lastId = 0
  let lastSentAt = clock.monotonicMs()
  let lastSignAt = clock.monotonicMs()
  let reported = 0
  let rowMissing = false
  let horizonMs: number | undefined

  function request(): SyncRequest {
    lastId += 1
    const sent: SentSync = { ...momentOf(clock), applied: feed.applied() }
    if (pending.size === 0) lastSignAt = sent.monotonicMs
    pending.set(lastId, sent)
    lastSentAt = sent.monotonicMs
    reported = sent.applied
    rowMissing = false
    return { bootId, proof, syncId: lastId, applied: sent.applied }
  }

  function receive({ answer, push }: SyncReply__Output): boolean {
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
    // Older Syncs that are still unanswered no longer matter.
    for (const id of pending.keys()) if (id <= answer.syncId) pending.delete(id)
    return true
  }

  return {
    request,
    receive,
    // One at a time: rows that come in a burst are reported together by the next Sync.
    due: () => pending.size === 0 && (rowMissing || feed.applied() !== reported),
    waitingMs: () => (pending.size === 0 ? 0 : clock.monotonicMs() - lastSignAt),
    idleMs: () => clock.monotonicMs() - lastSentAt,
    horizonMs: () => horizonMs,
  }
}
