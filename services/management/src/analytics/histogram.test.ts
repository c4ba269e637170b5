import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { percentilesOf, TIME_BOUNDS_MS } from './histogram.js'

/** The first bound that is not below the time, the last for one above all. */
const boundOf = (ms: number): number => TIME_BOUNDS_MS.find((bound) => ms <= bound) ?? 600_000

const countsOf = (times: readonly number[]): number[] => {
  const counts = [...TIME_BOUNDS_MS, 0].map(() => 0)
  for (const ms of times) {
    const index = TIME_BOUNDS_MS.findIndex((bound) => ms <= bound)
    const place = index === -1 ? TIME_BOUNDS_MS.length : index
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

describe('percentiles of a histogram', () => {
  it('are the upper bounds of what the sorted list of times has at their rank', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 1, maxLength: 300 }), (times) => {
        const sorted = [...times].sort((one, other) => one - other)
        const at = (share: number) => boundOf(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN)
        expect(percentilesOf(countsOf(times))).toEqual({ p50: at(0.5), p95: at(0.95), p99: at(0.99) })
      }),
    )
  })

  it('are null where nothing was timed', () => {
    expect(percentilesOf(countsOf([]))).toEqual({ p50: null, p95: null, p99: null })
  })

  it('are, from 5 ms to two minutes, at most half more than the time itself', () => {
    const steps = TIME_BOUNDS_MS.filter((bound) => bound >= 5 && bound <= 120_000)
    const widest = steps.slice(1).map((bound, index) => bound / (steps[index] ?? 0))
    expect(Math.max(...widest)).toBe(1.5)
  })
})
