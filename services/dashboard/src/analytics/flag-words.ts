import type { TimeRange } from '../activity/time-range.js'
import type { UnusualPattern } from '../api/types.js'
import { countWords } from '../kit/amounts.js'

type Kind = UnusualPattern['kind']

/** What an unusual pattern is called. */
export const FLAG_TITLES: Readonly<Record<Kind, string>> = {
  spike: 'Far more requests than usual',
  'provider-rejects-key': 'The provider refuses the key',
  'provider-leaked-key': 'The provider’s answers held the key',
  failures: 'Most requests fail at the provider',
  unattested: 'More requests are unattested than usual',
  awake: 'Used again after 30 days or more',
}

/** Its numbers, in a sentence or two. */
export function numberWords({ kind, observed, usual }: Pick<UnusualPattern, 'kind' | 'observed' | 'usual'>): string {
  const now = NOW[kind](countWords(observed), observed === 1 ? 'request' : 'requests')
  const before = usual === null ? '' : BEFORE[kind](countWords(usual))
  return `${now} ${before}`.trim()
}

const NOW: Readonly<Record<Kind, (count: string, requests: string) => string>> = {
  spike: (count, requests) => `${count} ${requests} in one hour.`,
  'provider-rejects-key': (count, requests) => `${count} ${requests} in the last 24 hours.`,
  'provider-leaked-key': (count, requests) => `${count} ${requests} in the last seven days. The answers were cut off.`,
  failures: (count) => `${count} % of the requests of one hour.`,
  unattested: (count) => `${count} % of the requests of the last 24 hours.`,
  awake: (count, requests) => `${count} ${requests} in the first hour.`,
}

/** Empty where any at all is unusual. */
const BEFORE: Readonly<Record<Kind, (count: string) => string>> = {
  spike: (count) => `The highest hour of the seven days before had ${count}.`,
  'provider-rejects-key': () => '',
  'provider-leaked-key': () => '',
  failures: (count) => `The day before: ${count} %.`,
  unattested: (count) => `The week before: ${count} %.`,
  awake: () => 'None for 30 days before.',
}

/** A key that is out, or of no use any more: before all else. */
export const isGrave = (kind: Kind): boolean => kind === 'provider-leaked-key' || kind === 'provider-rejects-key'

const HOUR_MS = 3_600_000

/** The part of the access log to look at: one hour where the pattern is of one, else all since. */
export function rangeOfFlag({ kind, since }: Pick<UnusualPattern, 'kind' | 'since'>): TimeRange {
  if (kind !== 'spike' && kind !== 'failures') return { since }
  return { since, until: new Date(Date.parse(since) + HOUR_MS).toISOString() }
}
