import { expect, test } from '@jest/globals'
import { isGrave, numberWords, rangeOfFlag } from './flag-words.js'

test.each([
  [
    { kind: 'spike', observed: 4_200, usual: 310 },
    '4,200 requests in one hour. The highest hour of the seven days before had 310.',
  ],
  [{ kind: 'provider-rejects-key', observed: 1, usual: null }, '1 request in the last 24 hours.'],
  [
    { kind: 'provider-leaked-key', observed: 2, usual: null },
    '2 requests in the last seven days. The answers were cut off.',
  ],
  [{ kind: 'failures', observed: 80, usual: 3 }, '80 % of the requests of one hour. The day before: 3 %.'],
  [
    { kind: 'unattested', observed: 45, usual: 10 },
    '45 % of the requests of the last 24 hours. The week before: 10 %.',
  ],
  [{ kind: 'awake', observed: 7, usual: 0 }, '7 requests in the first hour. None for 30 days before.'],
] as const)('the numbers of %j are told in words', (flag, words) => {
  expect(numberWords(flag)).toBe(words)
})

test('what concerns the key itself is grave', () => {
  const kinds = ['spike', 'provider-rejects-key', 'provider-leaked-key', 'failures', 'unattested', 'awake'] as const
  expect(kinds.filter(isGrave)).toEqual(['provider-rejects-key', 'provider-leaked-key'])
})

test('the access log is shown of the hour that was unusual, or since the pattern began', () => {
  const since = '2026-01-02T23:00:00.000Z'
  expect(rangeOfFlag({ kind: 'spike', since })).toEqual({ since, until: '2026-01-03T00:00:00.000Z' })
  expect(rangeOfFlag({ kind: 'failures', since })).toEqual({ since, until: '2026-01-03T00:00:00.000Z' })
  expect(rangeOfFlag({ kind: 'awake', since })).toEqual({ since })
})
