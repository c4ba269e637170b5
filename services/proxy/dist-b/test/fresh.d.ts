import { type FeedState } from '../freshness/keeper.js'
import type { Label } from '../freshness/label.js'
import { type ManualTime } from './manual-time.js'
/** A keeper that has just been answered, and a feed to move it by. */
export interface Fresh {
  readonly time: ManualTime
  readonly keeper: FeedState
  /** A Sync, sent and answered now. */
  sync(): void
  /** A row, pushed and applied. */
  apply(row: Label): void
}
export declare const HORIZON_MS = 30000
export declare function fresh(time?: ManualTime): Fresh
