import { type RangeInAddress, rangeFrom, type TimeRange } from './time-range.js'

/** What the address of the access log may say: which part of it, and whose. */
export interface AccessLogSearch extends TimeRange {
  /** Absent: requests. */
  readonly tab?: 'internal-services'
}

export function accessLogSearch({ tab, ...range }: RangeInAddress & { readonly tab?: unknown }): AccessLogSearch {
  return { ...rangeFrom(range), ...(tab === 'internal-services' ? { tab } : {}) }
}
