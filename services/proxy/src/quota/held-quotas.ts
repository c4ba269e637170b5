import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { every, type Schedule } from '../freshness/schedule.js'
import type { DrawQuota } from './draw-quota.js'
import { createQuotaCalls } from './quota-calls.js'
import { countersOf, type QuotaCounter } from './quota-counters.js'
import { createQuotaStocks } from './quota-stocks.js'
import type { CountedRequest, Quotas, Reserved } from './quotas.js'
import { NOTHING, reservation, type Unit } from './reservation.js'

export const HELD_QUOTA_LIMITS = {
  /** Subjects with a quota each, some 500 bytes. */
  stocksMax: 50_000,
  /** Units that nobody has asked for in this time are given back… */
  idleMs: 60_000,
  /** …and this is how often they are looked for. */
  tendEveryMs: 5_000,
} as const

interface Deps {
  readonly drawQuota: DrawQuota
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly schedule: Schedule
  readonly log: Logger
  readonly limits?: { readonly stocksMax: number; readonly idleMs: number }
}

export interface HeldQuotas extends Quotas {
  readonly stocks: number
  /** Gives back all that is held, within the grace. Afterwards nothing may be reserved. */
  close(graceMs: number): Promise<void>
}

/**
 * Quotas in blocks: drawn from management ahead of need, with one question for each subject at a time, and spent from
 * memory.
 */
export function createHeldQuotas({ drawQuota, clock, schedule, log, limits = HELD_QUOTA_LIMITS }: Deps): HeldQuotas {
  const calls = createQuotaCalls({ drawQuota, clock, log })
  const stocks = createQuotaStocks({ ...limits, calls })
  const now = (): number => clock.monotonicMs()
  const stopTending = every(schedule, HELD_QUOTA_LIMITS.tendEveryMs, () => stocks.forgetIdle(now()))

  function reserve(request: CountedRequest): Reserved | Promise<Reserved> {
    const counters = countersOf(request)
    if (counters.length === 0) return NOTHING
    const nowMs = now()
    const units: Unit[] = []
    try {
      for (const counter of counters) {
        const stock = stocks.of(counter, nowMs)
        const taken = stock.tryTake(nowMs)
        if (!taken) return reserveSlowly(counters, units)
        if ('exceeded' in taken) return refused(units, taken)
        units.push({ stock, startsAtMs: taken.startsAtMs })
      }
    } catch (err) {
      throw refused(units, err)
    }
    return reservation(units, now)
  }

  /** Continues from the first unit that has to be waited for. */
  async function reserveSlowly(counters: readonly QuotaCounter[], units: Unit[]): Promise<Reserved> {
    try {
      for (const counter of counters.slice(units.length)) {
        const nowMs = now()
        const stock = stocks.of(counter, nowMs)
        const taken = stock.tryTake(nowMs) ?? (await stock.take(nowMs))
        if ('exceeded' in taken) return refused(units, taken)
        units.push({ stock, startsAtMs: taken.startsAtMs })
      }
    } catch (err) {
      throw refused(units, err)
    }
    return reservation(units, now)
  }

  /** All or nothing: gives back what was taken. */
  function refused<Answer>(units: readonly Unit[], answer: Answer): Answer {
    reservation(units, now).giveBack()
    return answer
  }

  return {
    reserve,
    get stocks() {
      return stocks.size
    },
    async close(graceMs) {
      stopTending()
      stocks.forgetAll(now())
      await new Promise<void>((resolve) => {
        const cancel = schedule(resolve, graceMs)
        void calls.settled().then(() => {
          cancel()
          resolve()
        })
      })
    },
  }
}
