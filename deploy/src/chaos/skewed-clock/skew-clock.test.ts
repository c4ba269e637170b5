import { expect, it } from '@jest/globals'
import { skewedDate } from './skew-clock.js'

it('a skewed Date is off whenever it is asked for the current time, and reads given dates as usual', () => {
  let skewMs = 60_000
  const Skewed = skewedDate(Date, () => skewMs)
  const apart = (told: number): number => Math.round((told - Date.now()) / 1_000)
  expect(apart(Skewed.now())).toBe(60)
  expect(apart(new Skewed().getTime())).toBe(60)
  expect(new Skewed(5).getTime()).toBe(5)
  expect(Skewed.parse('1970-01-01T00:00:01Z')).toBe(1_000)
  expect(new Skewed()).toBeInstanceOf(Date)
  skewMs = -60_000
  expect(apart(Skewed.now())).toBe(-60)
})
