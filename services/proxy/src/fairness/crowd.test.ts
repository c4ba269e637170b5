import { describe, expect, it } from '@jest/globals'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { createCrowd, TooCrowded } from './crowd.js'
import { watchLoop } from './loop-delay.js'

function make(late = true) {
  const { clock, advance } = manualTime()
  const state = { late }
  const crowd = createCrowd({ loop: { isLate: () => state.late }, clock, log: silentLog() })
  const refusal = (owner: string): TooCrowded | undefined => {
    try {
      crowd.enter(owner)
      return undefined
    } catch (err) {
      if (err instanceof TooCrowded) return err
      throw err
    }
  }
  return { crowd, refusal, state, advance, fill: (owner: string, count: number) => fill(crowd.enter, owner, count) }
}

const fill = (enter: (owner: string) => () => void, owner: string, count: number): (() => void)[] =>
  Array.from({ length: count }, () => enter(owner))

describe('a crowd', () => {
  it('of one organization is let in up to 1,024 while the process keeps up, and shuts out no other one', () => {
    const { fill, refusal } = make(false)
    fill('org_a', 1_024)
    expect(refusal('org_a')).toBeDefined()
    expect(refusal('org_b')).toBeUndefined()
  })

  it('of one organization is bounded by 384 while the process is late; each that leaves makes room for one', () => {
    const { fill, refusal } = make()
    const [leave] = fill('org_a', 384)
    expect(refusal('org_a')).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 1 } })
    leave?.()
    leave?.()
    expect(refusal('org_a')).toBeUndefined()
    expect(refusal('org_a')).toBeDefined()
  })

  it('of other organizations never shuts out, while the process is late, one that has nothing in hand', () => {
    const { fill, refusal } = make()
    fill('org_a', 384)
    fill('org_b', 128)
    fill('org_d', 8)
    expect(refusal('org_d')).toBeDefined()
    expect(refusal('org_e')).toBeUndefined()
  })

  it('is told to stay away for 1 to 8 s, longer the more are refused, and its connections rest as long', () => {
    const { fill, refusal, advance } = make()
    fill('org_a', 384)
    const refusals = Array.from({ length: 20_000 }, () => refusal('org_a'))
    expect([refusals[0], refusals[1_000], refusals.at(-1)].map((one) => one?.restMs)).toEqual([1_000, 2_000, 8_000])
    expect(refusals.at(-1)).toMatchObject({ details: { retryAfterSeconds: 8 } })
    advance(2_000)
    expect(refusal('org_a')?.restMs).toBe(8_000)
    advance(2_000)
    expect(refusal('org_a')?.restMs).toBe(1_000)
  })
})

describe('the loop', () => {
  it('counts as late during a turn of 121 ms, still 999 ms after it, and no longer two seconds after it', () => {
    const { clock, schedule, advance } = manualTime()
    const loop = watchLoop(clock, schedule)
    advance(1_000)
    expect(loop.isLate()).toBe(false)
    clock.advance(121)
    expect(loop.isLate()).toBe(true)
    advance(999)
    expect(loop.isLate()).toBe(true)
    advance(1_001)
    expect(loop.isLate()).toBe(false)
    loop.stop()
  })
})
