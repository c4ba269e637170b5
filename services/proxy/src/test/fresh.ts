import { momentOf } from '../freshness/horizon.js'
import { createKeeper, type FeedState } from '../freshness/keeper.js'
import type { Label } from '../freshness/label.js'
import { type ManualTime, manualTime } from './manual-time.js'
import { silentLog } from './silent-log.js'

/** A keeper whose Sync has just been answered, and a feed to change its state. */
export interface Fresh {
  readonly time: ManualTime
  readonly keeper: FeedState
  /** A Sync, sent and answered now. */
  sync(): void
  /** A row, pushed and applied. */
  apply(row: Label): void
}

export const HORIZON_MS = 30_000

export function fresh(time: ManualTime = manualTime()): Fresh {
  const keeper = createKeeper({ clock: time.clock, log: silentLog() })
  const sync = (): void => {
    const applied = keeper.applied()
    keeper.answer(
      { ...momentOf(time.clock), applied },
      { rows: [], through: applied, more: false, reset: false, horizonMs: HORIZON_MS },
    )
  }
  sync()
  return { time, keeper, sync, apply: (row) => void keeper.push({ number: keeper.applied() + 1, ...row }) }
}
