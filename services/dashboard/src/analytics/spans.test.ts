import { expect, test } from '@jest/globals'
import { askedOf, isSpanName, SPANS } from './spans.js'

const NOW = new Date('2026-03-31T10:20:30.000Z')

test.each([
  ['24h', { from: '2026-03-30T11:20:30.000Z', step: 'hour' }],
  ['7d', { from: '2026-03-24T11:20:30.000Z', step: 'hour' }],
  ['30d', { from: '2026-03-02T10:20:30.000Z', step: 'day' }],
  ['90d', { from: '2026-01-01T10:20:30.000Z', step: 'day' }],
] as const)('%s ends with the step that is under way', (name, asked) => {
  expect(askedOf(name, NOW)).toEqual(asked)
})

test('no range is longer than the API allows for its step', () => {
  const daysMax = { hour: 14, day: 92 }
  const days = Object.values(SPANS).map(({ step, steps }) => [step === 'hour' ? steps / 24 : steps, daysMax[step]])
  expect(days.filter(([asked = 0, allowed = 0]) => asked > allowed)).toEqual([])
})

test.each(['1h', '', 'toString', 7, undefined])('%p is no range', (text) => {
  expect(isSpanName(text)).toBe(false)
})
