import type { Clock } from '@protectmyapi/service-kit/clock'
import type { DrawQuota, QuotaBlock, QuotaDraw } from '../quota/draw-quota.js'
import type { QuotaCounter } from '../quota/quota-counters.js'

/** Management's counters, in this process, by its rules and the wall clock. */
export interface QuotaLedger {
  readonly draw: DrawQuota
  /** Units drawn in the current period. */
  drawn(counter: Pick<QuotaCounter, 'scope' | 'subject' | 'period'>): number
  readonly calls: readonly { readonly draws: readonly QuotaDraw[]; readonly returns: number }[]
}

/** As in management: a sixteenth of the rest ahead. */
const SHARE = 16

export function createQuotaLedger(clock: Pick<Clock, 'wallMs'>): QuotaLedger {
  const counters = new Map<string, number>()
  const calls: { draws: readonly QuotaDraw[]; returns: number }[] = []
  const keyOf = ({ scope, subject, period }: Parameters<QuotaLedger['drawn']>[0], startsAtMs: number): string =>
    `${scope}/${subject}/${period}/${startsAtMs}`

  function block({ counter, needed, wanted }: QuotaDraw): QuotaBlock {
    const nowMs = clock.wallMs()
    const { startsAtMs, endsAtMs } = utcPeriodOf(counter.period, nowMs)
    const key = keyOf(counter, startsAtMs)
    const before = counters.get(key) ?? 0
    const rest = Math.max(0, counter.count - before)
    const units = Math.min(rest, Math.max(needed, Math.min(wanted, Math.floor(rest / SHARE))))
    counters.set(key, before + units)
    return { units, startsAtMs, endsAtMs, nowMs }
  }

  return {
    calls,
    drawn: (counter) => counters.get(keyOf(counter, utcPeriodOf(counter.period, clock.wallMs()).startsAtMs)) ?? 0,
    async draw(draws, returns) {
      calls.push({ draws, returns: returns.reduce((sum, { units }) => sum + units, 0) })
      for (const { counter, startsAtMs, units } of returns) {
        const key = keyOf(counter, startsAtMs)
        counters.set(key, Math.max(0, (counters.get(key) ?? 0) - units))
      }
      return draws.map(block)
    },
  }
}

export function utcPeriodOf(period: 'day' | 'month', nowMs: number): { startsAtMs: number; endsAtMs: number } {
  const now = new Date(nowMs)
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  return period === 'day'
    ? { startsAtMs: Date.UTC(year, month, day), endsAtMs: Date.UTC(year, month, day + 1) }
    : { startsAtMs: Date.UTC(year, month), endsAtMs: Date.UTC(year, month + 1) }
}
