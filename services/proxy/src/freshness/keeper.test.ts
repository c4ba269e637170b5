import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { silentLog } from '../test/silent-log.js'
import { createFloors } from './floors.js'
import { momentOf } from './horizon.js'
import { type Answer, createKeeper, type FeedRow } from './keeper.js'
import type { FeedKind, Label } from './label.js'

const HORIZON_MS = 30_000

function make() {
  const clock = manualClock()
  const keeper = createKeeper({ clock, log: silentLog() })
  const dropped: (Label | 'all')[] = []
  keeper.hold({ drop: (row) => void dropped.push(row), dropAll: () => void dropped.push('all') })
  const answered = (answer: Partial<Answer> = {}, applied = keeper.applied()): void =>
    keeper.answer(
      { ...momentOf(clock), applied },
      { rows: [], through: applied, more: false, reset: false, horizonMs: HORIZON_MS, ...answer },
    )
  return { clock, keeper, dropped, answered }
}

const row = (number: number, kind: FeedKind = 'FEED_KIND_SECRET', id = 'x', generation = 2): FeedRow => ({
  number,
  kind,
  id,
  generation,
})
const label = (kind: FeedKind, id = 'x', generation = 1): Label => ({ kind, id, generation })

describe('a pushed row', () => {
  it('is applied only if its number follows the last one, and does not move the horizon (CONTIG)', () => {
    const { clock, keeper, answered } = make()
    answered({ through: 5 })
    clock.advance(HORIZON_MS - 1)
    expect(keeper.push(row(7))).toBe('gap')
    expect(keeper.applied()).toBe(5)
    expect(keeper.accepts([label('FEED_KIND_SECRET')])).toBe(true)
    expect(keeper.push(row(6))).toBe('applied')
    expect(keeper.push(row(6))).toBe('known')
    expect(keeper.applied()).toBe(6)
    clock.advance(1)
    expect(keeper.isCurrent()).toBe(false)
  })

  it('counts as applied only after its floor is raised, holders have dropped and answers are aborted (APPLY)', () => {
    const { keeper, answered } = make()
    answered({ through: 1 })
    const seen: string[] = []
    keeper.hold({
      drop: () => void seen.push(`drop at ${keeper.applied()}, fenced ${!keeper.accepts([label('FEED_KIND_APP')])}`),
      dropAll: () => {},
    })
    keeper.track([label('FEED_KIND_APP')], () => void seen.push(`abort at ${keeper.applied()}`))
    keeper.push(row(2, 'FEED_KIND_APP'))
    expect(seen).toEqual(['drop at 1, fenced true', 'abort at 1'])
    expect(keeper.applied()).toBe(2)
  })
})

describe('an answer', () => {
  it('is applied page by page, and moves the horizon with the last page alone', () => {
    const { keeper, dropped, answered } = make()
    answered({ rows: [row(1), row(2, 'FEED_KIND_APP')], through: 2, more: true }, 0)
    expect(keeper.isCurrent()).toBe(false)
    expect(keeper.applied()).toBe(2)
    answered({ rows: [row(3)], through: 3 }, 0)
    expect(keeper.isCurrent()).toBe(true)
    expect(keeper.applied()).toBe(3)
    expect(dropped).toHaveLength(3)
  })

  it('neither takes back a row that was pushed meanwhile nor applies it again', () => {
    const { keeper, dropped, answered } = make()
    answered({ through: 5 })
    keeper.push(row(6))
    answered({ rows: [row(6)], through: 6 }, 5)
    answered({ through: 5 }, 5)
    expect(keeper.applied()).toBe(6)
    expect(dropped).toHaveLength(1)
  })

  it('that says RESET drops all that is held, aborts answers under way, and starts an epoch', () => {
    const { keeper, dropped, answered } = make()
    answered({ through: 5 })
    const aborted: string[] = []
    keeper.track([label('FEED_KIND_APP')], ({ code, message }) => void aborted.push(`${code}: ${message}`))
    answered({ reset: true, rows: [row(100)], through: 100 })
    expect(dropped[0]).toBe('all')
    expect(aborted).toEqual(['UNAVAILABLE: RESET: what fell meanwhile is not known'])
    expect(keeper.epoch()).toBe(1)
    expect(keeper.applied()).toBe(100)
  })

  it('from a feed that stands below what was reported, as after a restored database, counts as RESET', () => {
    const { keeper, dropped, answered } = make()
    answered({ through: 5_000 })
    answered({ rows: [row(1), row(2)], through: 2 }, 5_000)
    expect(dropped[0]).toBe('all')
    expect(keeper.applied()).toBe(2)
    expect(keeper.push(row(3))).toBe('applied')
  })

  it('drops all that is held if the wall clock gained more than a second on the monotonic one, and not less', () => {
    const { clock, keeper, dropped, answered } = make()
    answered()
    clock.stepWall(1_000)
    answered()
    clock.stepWall(-5_000)
    answered()
    expect(dropped).toEqual([])
    clock.stepWall(1_001)
    answered()
    expect(dropped).toEqual(['all'])
    expect(keeper.epoch()).toBe(1)
  })

  it('drops all that is held after a suspension, in which the monotonic clock stood still for ten minutes', () => {
    const { clock, keeper, dropped, answered } = make()
    answered()
    clock.advance(10_000)
    clock.stepWall(900)
    answered()
    expect(dropped).toEqual([])
    clock.advance(10_000)
    clock.stepWall(600_000)
    answered()
    expect(dropped).toEqual(['all'])
    expect(keeper.epoch()).toBe(1)
  })
})

describe('floors that cannot all be kept', () => {
  it('leave nothing fresh until the window of the one too many is over', () => {
    const clock = manualClock()
    const floors = createFloors(clock, { windowMs: 1_000, floorsMax: 1 })
    const keeper = createKeeper({ clock, log: silentLog(), floors })
    keeper.answer(
      { ...momentOf(clock), applied: 0 },
      { rows: [], through: 0, more: false, reset: false, horizonMs: HORIZON_MS },
    )
    keeper.push(row(1, 'FEED_KIND_APP', 'a'))
    expect(keeper.isCurrent()).toBe(true)
    keeper.push(row(2, 'FEED_KIND_APP', 'b'))
    expect(keeper.isCurrent()).toBe(false)
    clock.advance(1_000)
    expect(keeper.isCurrent()).toBe(true)
  })
})

describe('an answer under way', () => {
  const KINDS: FeedKind[] = [
    'FEED_KIND_APP',
    'FEED_KIND_DEVICE',
    'FEED_KIND_SESSION',
    'FEED_KIND_SERVICE',
    'FEED_KIND_LINK',
    'FEED_KIND_ORGANIZATION',
  ]

  it.each(KINDS)('is aborted once when its %s falls, and not when another one does', (kind) => {
    const { keeper } = make()
    let aborted = 0
    keeper.track([label('FEED_KIND_SECRET'), label(kind)], () => {
      aborted += 1
    })
    keeper.push(row(1, kind, 'another'))
    expect(aborted).toBe(0)
    keeper.push(row(2, kind))
    keeper.push(row(3, kind, 'x', 3))
    expect(aborted).toBe(1)
  })

  it.each(['FEED_KIND_SECRET', 'FEED_KIND_SIGNING_KEY', 'FEED_KIND_LEASE_KEYS'] as const)(
    'is not aborted when its %s is replaced, but nothing new may rest on the old generation',
    (kind) => {
      const { keeper } = make()
      let aborted = 0
      keeper.track([label(kind)], () => {
        aborted += 1
      })
      keeper.push(row(1, kind))
      expect(aborted).toBe(0)
      expect(keeper.accepts([label(kind)])).toBe(false)
    },
  )

  it('that already rests on the new generation goes on', () => {
    const { keeper } = make()
    let aborted = 0
    keeper.track([label('FEED_KIND_SERVICE', 'x', 2)], () => {
      aborted += 1
    })
    keeper.push(row(1, 'FEED_KIND_SERVICE', 'x', 2))
    expect(aborted).toBe(0)
  })

  it('that has ended is not aborted by a later row', () => {
    const { keeper } = make()
    let aborted = 0
    const ended = keeper.track([label('FEED_KIND_APP')], () => {
      aborted += 1
    })
    ended()
    keeper.push(row(1, 'FEED_KIND_APP'))
    expect(aborted).toBe(0)
  })

  it('that begins to be followed after its label fell is aborted at once, and once', async () => {
    const { keeper, answered } = make()
    keeper.push(row(1, 'FEED_KIND_APP'))
    const aborted: string[] = []
    keeper.track([label('FEED_KIND_APP')], ({ message }) => void aborted.push(message))
    expect(aborted).toEqual([])
    await Promise.resolve()
    answered({ reset: true })
    expect(aborted).toEqual(['what the request rests on had fallen before it was followed'])
  })

  it('that begins to be followed after its label fell, and ends in the same turn, is not aborted', async () => {
    const { keeper } = make()
    keeper.push(row(1, 'FEED_KIND_APP'))
    let aborted = 0
    const ended = keeper.track([label('FEED_KIND_APP')], () => {
      aborted += 1
    })
    ended()
    await Promise.resolve()
    expect(aborted).toBe(0)
  })

  it('that begins to be followed after its secret was replaced goes on, and ends when its app falls', async () => {
    const { keeper } = make()
    keeper.push(row(1, 'FEED_KIND_SECRET'))
    let aborted = 0
    keeper.track([label('FEED_KIND_SECRET'), label('FEED_KIND_APP')], () => {
      aborted += 1
    })
    await Promise.resolve()
    expect(aborted).toBe(0)
    keeper.push(row(2, 'FEED_KIND_APP'))
    expect(aborted).toBe(1)
  })

  it('whose abort throws does not keep others from being aborted', () => {
    const { keeper } = make()
    let aborted = 0
    keeper.track([label('FEED_KIND_APP')], () => {
      throw new Error('no')
    })
    keeper.track([label('FEED_KIND_APP')], () => {
      aborted += 1
    })
    keeper.push(row(1, 'FEED_KIND_APP'))
    expect(aborted).toBe(1)
    expect(keeper.applied()).toBe(1)
  })

  it('is aborted when the horizon has passed for ten minutes, and not before', () => {
    const { clock, keeper, answered } = make()
    answered()
    const aborted: string[] = []
    keeper.track([label('FEED_KIND_APP')], ({ message }) => void aborted.push(message))
    clock.advance(HORIZON_MS + 600_000)
    keeper.tend()
    expect(aborted).toEqual([])
    clock.advance(1)
    keeper.tend()
    expect(aborted).toEqual(['the horizon passed long ago'])
  })
})

describe('floors', () => {
  it('are forgotten after 20 minutes even if no row comes (WINDOW)', () => {
    const { clock, keeper } = make()
    keeper.push(row(1, 'FEED_KIND_APP'))
    clock.advance(20 * 60_000)
    keeper.tend()
    expect(keeper.accepts([label('FEED_KIND_APP')])).toBe(true)
  })
})

describe('operators', () => {
  it('are told why all that was held is dropped', () => {
    const clock = manualClock()
    const told: unknown[] = []
    const info = (fields: object, line: string): void => void told.push([fields, line])
    const keeper = createKeeper({ clock, log: Object.assign(silentLog(), { info }) })
    const answered = (reset: boolean): void =>
      keeper.answer(
        { ...momentOf(clock), applied: 0 },
        { rows: [], through: 0, more: false, reset, horizonMs: HORIZON_MS },
      )
    answered(true)
    clock.stepWall(60_000)
    answered(false)
    const line = 'everything held in memory is dropped'
    expect(told).toEqual([
      [{ reason: 'RESET' }, line],
      [{ reason: 'the clocks have gone apart: lives measured on one count for nothing' }, line],
    ])
  })

  it('are told once when the horizon passes, and once when it is ahead again', () => {
    const clock = manualClock()
    const told: string[] = []
    const tell = (_fields: object, line: string): void => void told.push(line)
    const keeper = createKeeper({ clock, log: Object.assign(silentLog(), { warn: tell, info: tell }) })
    const answered = (): void =>
      keeper.answer(
        { ...momentOf(clock), applied: 0 },
        { rows: [], through: 0, more: false, reset: false, horizonMs: HORIZON_MS },
      )
    const tendThrice = (): void => {
      for (let second = 1; second <= 3; second += 1) keeper.tend()
    }
    tendThrice()
    expect(told).toEqual([])
    answered()
    tendThrice()
    clock.advance(HORIZON_MS)
    tendThrice()
    answered()
    tendThrice()
    expect(told.map((line) => line.split(':')[0])).toEqual([
      'the horizon is ahead',
      'the horizon has passed',
      'the horizon is ahead',
    ])
  })
})
