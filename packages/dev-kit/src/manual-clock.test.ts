import { describe, expect, it } from '@jest/globals'
import { manualClock } from './manual-clock.js'

describe('manualClock', () => {
  it('moves both clocks when it is advanced, and only the wall clock when that is stepped', () => {
    const clock = manualClock(1_000_000)
    const before = clock.monotonicMs()
    clock.advance(500)
    clock.stepWall(-2_000)
    expect(clock.wallMs()).toBe(998_500)
    expect(clock.monotonicMs() - before).toBe(500)
  })
})
