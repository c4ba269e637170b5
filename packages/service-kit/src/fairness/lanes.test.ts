import { describe, expect, it } from '@jest/globals'
import { createLane } from './lanes.js'

describe('a lane', () => {
  it('refuses an owner beyond its share and anybody beyond the total, and frees a place that is left', () => {
    const lane = createLane({ totalMax: 3, perOwnerMax: 2 })
    const leave = [lane.enter('a'), lane.enter('a')]
    expect(lane.enter('a')).toBeUndefined()
    expect(lane.enter('b')).toBeDefined()
    expect(lane.enter('c')).toBeUndefined()
    leave[0]?.()
    expect(lane.enter('c')).toBeDefined()
  })
})
