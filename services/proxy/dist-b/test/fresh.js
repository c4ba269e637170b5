import { momentOf } from '../freshness/horizon.js'
import { createKeeper } from '../freshness/keeper.js'
import { manualTime } from './manual-time.js'
import { silentLog } from './silent-log.js'
export const HORIZON_MS = 30_000
export function fresh(time = manualTime()) {
  const keeper = createKeeper({ clock: time.clock, log: silentLog() })
  const sync = () => {
    const applied = keeper.applied()
    keeper.answer(
      { ...momentOf(time.clock), applied },
      { rows: [], through: applied, more: false, reset: false, horizonMs: HORIZON_MS },
    )
  }
  sync()
  return { time, keeper, sync, apply: (row) => void keeper.push({ number: keeper.applied() + 1, ...row }) }
}
//# sourceMappingURL=fresh.js.map
