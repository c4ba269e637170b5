import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { gcra } from './gcra.js'

describe('GCRA', () => {
  it('lets a burst through at once, then one an interval, and says exactly how long to wait', () => {
    const rate = { count: 60, periodMs: 60_000, burst: 3 }
    let arrivalMs = 0
    const ask = (nowMs: number) => {
      const outcome = gcra(arrivalMs, nowMs, rate)
      if ('nextMs' in outcome) arrivalMs = outcome.nextMs
      return 'nextMs' in outcome ? 'yes' : outcome.retryAfterMs
    }
    expect([ask(1e12), ask(1e12), ask(1e12), ask(1e12)]).toEqual(['yes', 'yes', 'yes', 1_000])
    expect([ask(1e12 + 999), ask(1e12 + 1_000), ask(1e12 + 1_000)]).toEqual([1, 'yes', 1_000])
  })

  it('never lets more than burst and rate through, however requests come', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 300 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (pauses, burst) => {
        const rate = { count: 10, periodMs: 1_000, burst }
        let [arrivalMs, nowMs, admitted] = [0, 1e12, 0]
        for (const pause of pauses) {
          nowMs += pause
          const outcome = gcra(arrivalMs, nowMs, rate)
          if ('nextMs' in outcome) [arrivalMs, admitted] = [outcome.nextMs, admitted + 1]
        }
        return admitted <= burst + Math.floor((nowMs - 1e12) / 100) + 1
      }),
    )
  })
})
