import type { QuotaPeriod } from '../../api-services/quotas.js'

/** A calendar day or month in UTC, so that a device that travels has one quota, and so does its organization. */
export interface UtcPeriod {
  readonly startsAtMs: number
  /** The first moment after it. */
  readonly endsAtMs: number
}

export function utcPeriod(period: QuotaPeriod, nowMs: number): UtcPeriod {
  const now = new Date(nowMs)
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  return period === 'day'
    ? { startsAtMs: Date.UTC(year, month, day), endsAtMs: Date.UTC(year, month, day + 1) }
    : { startsAtMs: Date.UTC(year, month), endsAtMs: Date.UTC(year, month + 1) }
}

/** A date in the form that Postgres takes. */
export const utcDate = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
