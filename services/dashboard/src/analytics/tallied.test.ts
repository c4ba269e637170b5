import { expect, test } from '@jest/globals'
import { talliedOf } from './tallied.js'

const NOW = new Date('2026-01-02T03:10:00.000Z')

test.each([
  [null, 'nothing'],
  ['2026-01-02T03:09:55.000Z', 'current'],
  ['2026-01-02T03:05:00.000Z', 'current'],
  ['2026-01-02T03:04:59.999Z', 'behind'],
  // A clock of the person's that is slow.
  ['2026-01-02T04:00:00.000Z', 'current'],
])('a log that was counted through %s is %s', (through, tallied) => {
  expect(talliedOf(through, NOW)).toBe(tallied)
})
