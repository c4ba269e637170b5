import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { FeedState } from './keeper.js'
/** One stream's half of the conversation, without the stream. */
export interface SyncSession {
  /** The next Sync. Its moment is noted here: call it right before sending (SENT). */
  request(): SyncRequest
  /** Takes up what came. Answers true when a Sync has been answered whole. */
  receive(reply: SyncReply__Output): boolean
  /** A Sync should be sent at once: something was applied that is not reported yet, or a row is missing. */
  due(): boolean
  /** Milliseconds that the oldest unanswered Sync has waited without any sign; 0 when none is waiting. */
  waitingMs(): number
  /** Milliseconds since the last Sync was sent. */
  idleMs(): number
  /** As management last said (HGRANTED); undefined before the first answer. */
  horizonMs(): number | undefined
}
export declare function createSyncSession({
  feed,
  clock,
  bootId,
}: {
  feed: FeedState
  clock: Clock
  bootId: string
}): SyncSession
