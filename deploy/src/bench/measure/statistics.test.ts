import { describe, expect, it } from '@jest/globals'
import { median, quantile, rangeOf } from './statistics.js'

describe('statistics of rounds', () => {
  it('take the nearest rank, which is always a measured value', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2)
    expect(quantile([5], 0.99)).toBe(5)
    expect(
      quantile(
        Array.from({ length: 100 }, (_, at) => at + 1),
        0.99,
      ),
    ).toBe(99)
  })

  it('have no number as the median of nothing', () => {
    expect(median([])).toBeNaN()
  })

  it('give the lowest and the highest value as the range', () => {
    expect(rangeOf([2, 9, 4])).toEqual([2, 9])
  })
})
