import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { FeedState } from './keeper.js'
import { type Schedule } from './schedule.js'

/** One Sync stream, open. */
interface SyncStream {
  send(request: SyncRequest): void
  /** Nothing is heard of it afterwards. */
  cancel(): void
}
/** What is heard of a stream. `ended` comes once, for whatever reason. */
export interface SyncEvents {
  reply(reply: SyncReply__Output): void
  ended(reason: unknown): void
}
export type OpenSyncStream = (events: SyncEvents) => SyncStream
export interface SyncKeeping {
  /** Resolves with the first answered Sync. */
  readonly answered: Promise<void>
  stop(): void
}
interface Deps {
  readonly feed: FeedState
  readonly open: OpenSyncStream
  readonly bootId: string
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
}
/** Keeps one Sync stream open for as long as the process lives, through restarts and absences of management. */
export declare function keepSynced({ feed, open, bootId, clock, schedule, log }: Deps): SyncKeeping
