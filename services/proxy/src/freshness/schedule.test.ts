import { describe, expect, it, jest } from '@jest/globals'
import { manualTime } from '../test/manual-time.js'
import { every, jittered, systemSchedule } from './schedule.js'

it('jittered shortens a delay by half of it at most', () => {
  expect([0, 0.5, 1].map((random) => jittered(1_000, () => random))).toEqual([500, 750, 1_000])
  expect(jittered(0)).toBe(0)
})

describe('a repeated task', () => {
  it('runs once in each period until it is ended', () => {
    const time = manualTime()
    const ranAt: number[] = []
    const startedAt = time.clock.monotonicMs()
    const end = every(time.schedule, 100, () => void ranAt.push(time.clock.monotonicMs() - startedAt))
    time.advance(99)
    expect(ranAt).toEqual([])
    time.advance(201)
    expect(ranAt).toEqual([100, 200, 300])
    end()
    expect(time.timers).toBe(0)
  })

  it('stays scheduled after a run that throws', () => {
    const time = manualTime()
    const end = every(time.schedule, 100, () => {
      throw new Error('no')
    })
    expect(() => time.advance(100)).toThrow('no')
    expect(time.timers).toBe(1)
    end()
    expect(time.timers).toBe(0)
  })
})

describe('the system’s timers', () => {
  it('run a task once after its delay unless it was forgotten, and keep no process alive', () => {
    jest.useFakeTimers()
    try {
      const ran: string[] = []
      systemSchedule(() => void ran.push('kept'), 100)
      const forget = systemSchedule(() => void ran.push('forgotten'), 100)
      forget()
      jest.advanceTimersByTime(99)
      expect(ran).toEqual([])
      jest.advanceTimersByTime(1_000)
      expect(ran).toEqual(['kept'])
    } finally {
      jest.useRealTimers()
    }
    const timers = jest.spyOn(globalThis, 'setTimeout')
    const forget = systemSchedule(() => {}, 60_000)
    expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false])
    forget()
    timers.mockRestore()
  })
})
