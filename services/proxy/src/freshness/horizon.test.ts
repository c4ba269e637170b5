import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { createHorizon, momentOf } from './horizon.js'

describe('the horizon', () => {
  it('counts as passed until the first answer', () => {
    const horizon = createHorizon(manualClock())
    expect(horizon.isCurrent()).toBe(false)
    expect(horizon.passedForMs()).toBe(Number.POSITIVE_INFINITY)
  })

  it('is counted from the moment before a Sync was sent, not from the arrival of its answer (SENT)', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    const sent = momentOf(clock)
    clock.advance(900)
    horizon.answered(sent, 1_000)
    clock.advance(99)
    expect(horizon.isCurrent()).toBe(true)
    clock.advance(1)
    expect(horizon.isCurrent()).toBe(false)
    clock.advance(500)
    expect(horizon.passedForMs()).toBe(500)
  })

  it('is not moved by a late answer to an older Sync (ECHO)', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    const first = momentOf(clock)
    clock.advance(300)
    const second = momentOf(clock)
    horizon.answered(second, 1_000)
    horizon.answered(first, 5_000)
    clock.advance(1_000)
    expect(horizon.isCurrent()).toBe(false)
  })

  it('is as long as management’s last answer says, even if that is shorter than before (HGRANTED)', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    horizon.answered(momentOf(clock), 10_000)
    clock.advance(10)
    horizon.answered(momentOf(clock), 1_000)
    clock.advance(1_000)
    expect(horizon.isCurrent()).toBe(false)
  })

  it('is late once more than half of it is over by either clock, until it passes', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    expect(horizon.isLate()).toBe(false)
    horizon.answered(momentOf(clock), 1_000)
    clock.advance(500)
    expect(horizon.isLate()).toBe(false)
    clock.stepWall(1)
    expect(horizon.isLate()).toBe(true)
    clock.advance(498)
    expect([horizon.isLate(), horizon.isCurrent()]).toEqual([true, true])
    clock.advance(1)
    expect([horizon.isLate(), horizon.isCurrent()]).toEqual([false, false])
    horizon.answered(momentOf(clock), 1_000)
    expect(horizon.isLate()).toBe(false)
  })

  it('says for how long it is ahead, and for how long it has passed', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    expect(horizon.aheadForMs()).toBe(Number.NEGATIVE_INFINITY)
    horizon.answered(momentOf(clock), 1_000)
    clock.advance(400)
    expect([horizon.aheadForMs(), horizon.passedForMs()]).toEqual([600, 0])
    clock.advance(700)
    expect([horizon.aheadForMs(), horizon.passedForMs()]).toEqual([-100, 100])
  })

  it('follows the later of two answers to Syncs that were sent at the same moment', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    const sent = momentOf(clock)
    horizon.answered(sent, 10_000)
    horizon.answered(sent, 1_000)
    clock.advance(999)
    expect([horizon.isCurrent(), horizon.passedForMs()]).toEqual([true, 0])
    clock.advance(1)
    expect(horizon.isCurrent()).toBe(false)
  })

  it('passes by the wall clock if the monotonic one stood still', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    horizon.answered(momentOf(clock), 1_000)
    clock.stepWall(1_000)
    expect(horizon.isCurrent()).toBe(false)
  })

  it('passes by the monotonic clock if the wall clock was set back', () => {
    const clock = manualClock()
    const horizon = createHorizon(clock)
    horizon.answered(momentOf(clock), 1_000)
    clock.stepWall(-3_600_000)
    clock.advance(999)
    expect(horizon.isCurrent()).toBe(true)
    clock.advance(1)
    expect(horizon.isCurrent()).toBe(false)
  })
})
