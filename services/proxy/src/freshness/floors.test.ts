import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { createFloors, FLOOR_LIMITS } from './floors.js'
import type { Label } from './label.js'

const secret = (generation: number, id = 'sec_1'): Label => ({ kind: 'FEED_KIND_SECRET', id, generation })

describe('floors', () => {
  it('refuse a generation below them, and accept an equal one (FENCE)', () => {
    const floors = createFloors(manualClock())
    floors.raise(secret(3))
    expect(floors.accepts([secret(2)])).toBe(false)
    expect(floors.accepts([secret(3)])).toBe(true)
    expect(floors.accepts([secret(1, 'sec_2')])).toBe(true)
    expect(floors.accepts([secret(3), secret(2)])).toBe(false)
  })

  it('of one kind do not apply to the same id of another kind', () => {
    const floors = createFloors(manualClock())
    floors.raise({ kind: 'FEED_KIND_APP', id: 'x', generation: 5 })
    expect(floors.accepts([{ kind: 'FEED_KIND_SERVICE', id: 'x', generation: 1 }])).toBe(true)
  })

  it('never sink when an older row comes late', () => {
    const floors = createFloors(manualClock())
    floors.raise(secret(3))
    floors.raise(secret(2))
    expect(floors.accepts([secret(2)])).toBe(false)
  })

  it('are forgotten after the window of 20 minutes, and not before (WINDOW)', () => {
    const clock = manualClock()
    expect(FLOOR_LIMITS.windowMs).toBe(20 * 60 * 1_000)
    const floors = createFloors(clock)
    floors.raise(secret(2))
    clock.advance(FLOOR_LIMITS.windowMs - 1)
    floors.sweep()
    expect(floors.accepts([secret(1)])).toBe(false)
    clock.advance(1)
    floors.sweep()
    expect(floors.accepts([secret(1)])).toBe(true)
  })

  it('are kept for a whole window from the last row that named them', () => {
    const clock = manualClock()
    const floors = createFloors(clock)
    floors.raise(secret(2))
    clock.advance(FLOOR_LIMITS.windowMs / 2)
    floors.raise(secret(3))
    clock.advance(FLOOR_LIMITS.windowMs - 1)
    floors.sweep()
    expect(floors.accepts([secret(2)])).toBe(false)
  })

  it('are not forgotten to make room: one too many counts as overflow until that one’s window is over', () => {
    const clock = manualClock()
    const floors = createFloors(clock, { windowMs: 1_000, floorsMax: 2 })
    floors.raise(secret(2, 'a'))
    floors.raise(secret(2, 'b'))
    floors.raise(secret(3, 'b'))
    expect(floors.overflowed()).toBe(false)
    floors.raise(secret(2, 'c'))
    expect(floors.overflowed()).toBe(true)
    expect(floors.accepts([secret(1, 'a')])).toBe(false)
    clock.advance(999)
    expect(floors.overflowed()).toBe(true)
    clock.advance(1)
    expect(floors.overflowed()).toBe(false)
  })

  it('make room once their window is over, without a sweep', () => {
    const clock = manualClock()
    const floors = createFloors(clock, { windowMs: 1_000, floorsMax: 1 })
    floors.raise(secret(2, 'a'))
    clock.advance(1_000)
    floors.raise(secret(2, 'b'))
    expect(floors.overflowed()).toBe(false)
    expect([floors.accepts([secret(1, 'a')]), floors.accepts([secret(1, 'b')])]).toEqual([true, false])
  })
})
