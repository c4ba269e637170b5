import type { Clock } from '@protectmyapi/service-kit/clock'
import type { AccessRequest } from '../admit/admission.js'
import { countersOf } from '../quota/quota-counters.js'
import type { Exceeded } from '../quota/quotas.js'
import { utcPeriodOf } from './quota-ledger.js'

/** Quotas without blocks: one count for each counter and period. */
export function createSpentQuotas(clock: Pick<Clock, 'wallMs'>) {
  const spent = new Map<string, number>()
  const placesOf = (request: AccessRequest) =>
    countersOf(request).map((counter) => {
      const within = utcPeriodOf(counter.period, clock.wallMs())
      return { counter, within, key: `${counter.key} ${within.startsAtMs}` }
    })

  return {
    exceeded(request: AccessRequest): Exceeded | undefined {
      const full = placesOf(request).find(({ counter, key }) => (spent.get(key) ?? 0) >= counter.count)
      if (!full) return undefined
      const { scope, period, count } = full.counter
      return { scope, period, count, ...full.within, retryAfterMs: full.within.endsAtMs - clock.wallMs() }
    },
    /** Returns the function that takes it back. */
    spend(request: AccessRequest): () => void {
      const places = placesOf(request)
      for (const { key } of places) spent.set(key, (spent.get(key) ?? 0) + 1)
      return () => {
        for (const { key } of places) spent.set(key, (spent.get(key) ?? 0) - 1)
      }
    },
  }
}
