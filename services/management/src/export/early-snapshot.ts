import type { Clock } from '@protectmyapi/service-kit/clock'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { openSnapshot, type Snapshot } from '../db/snapshot.js'
import { EXPORT_LIMITS } from './export-limits.js'
import { tooMany, type WholeReading } from './export-slots.js'

interface Deps {
  readonly db: Knex
  readonly clock: Pick<Clock, 'wallMs'>
}

/** What `Route.snapshot` calls. @throws Fault RATE_LIMITED, and as openSnapshot. */
export type EarlySnapshot = () => Promise<Snapshot>

/**
 * Opens snapshots before the caller is authenticated, so for anybody; as many at once as there are slots for permitted
 * callers.
 */
export function createEarlySnapshot({ db, clock }: Deps, what: WholeReading): EarlySnapshot {
  const opened = createLane({ totalMax: EXPORT_LIMITS.perProcess, perOwnerMax: EXPORT_LIMITS.perProcess })
  return async () => {
    const leave = opened.enter(what)
    if (!leave) throw tooMany(what)
    try {
      const { close, ...taken } = await openSnapshot(db, clock)
      return { ...taken, close: () => close().finally(leave) }
    } catch (err) {
      leave()
      throw err
    }
  }
}
