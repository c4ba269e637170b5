import { enteredMoment } from '../kit/local-moment.js'

/** Moments as the API takes them, in ISO 8601. `since` is part of the range, `until` is not. */
export interface TimeRange {
  readonly since?: string
  readonly until?: string
}

/** The same as fields hold it: in the person's time zone, and empty where there is no bound. */
export interface EnteredRange {
  readonly since: string
  readonly until: string
}

/** What an address may hold of a range. */
export type RangeInAddress = Readonly<Partial<Record<keyof TimeRange, unknown>>>

/** Anything that is no moment counts as absent: a damaged link shows more, not nothing. */
export function rangeFrom({ since, until }: RangeInAddress): TimeRange {
  return rangeOf(momentOf(since), momentOf(until))
}

export function entered({ since, until }: TimeRange): EnteredRange {
  return { since: enteredMoment(since ?? null), until: enteredMoment(until ?? null) }
}

/** @returns the range, or what is wrong with which field. */
export function parseEntered({ since, until }: EnteredRange): TimeRange | { readonly errors: Partial<EnteredRange> } {
  const from = momentOf(since)
  const to = momentOf(until)
  if (since !== '' && from === undefined) return { errors: { since: NOT_A_MOMENT } }
  if (until !== '' && to === undefined) return { errors: { until: NOT_A_MOMENT } }
  if (from !== undefined && to !== undefined && from >= to) {
    return { errors: { until: 'Enter a later moment than in From.' } }
  }
  return rangeOf(from, to)
}

export const isWhole = ({ since, until }: TimeRange): boolean => since === undefined && until === undefined

/** The last so many hours, without an end: what is logged meanwhile is in it too. */
export function lastHours(hours: number, now: Date): TimeRange {
  const since = new Date(now.getTime() - hours * 3_600_000)
  since.setSeconds(0, 0)
  return { since: since.toISOString() }
}

const NOT_A_MOMENT = 'Enter a date and a time.'
/** The API takes years of four digits. */
const YEARS = { min: 1, max: 9999 } as const

function momentOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const date = new Date(text)
  const year = date.getUTCFullYear()
  // A text that is no moment has NaN for a year, which is in no range.
  return year >= YEARS.min && year <= YEARS.max ? date.toISOString() : undefined
}

function rangeOf(since: string | undefined, until: string | undefined): TimeRange {
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
}
