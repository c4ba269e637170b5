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

/** For `Route.snapshot`. @throws Fault RATE_LIMITED, and as openSnapshot. */
export type EarlySnapshot = () => Promise<Snapshot>

/** For anybody who asks, until it is known who does: as many at once as there are slots for those who may. */
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
