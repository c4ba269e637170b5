import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { silentLog } from '../test/silent-log.js'
import { beginFill, type Held } from './held.js'
import { createHeldCache } from './held-cache.js'
import { createKeeper } from './keeper.js'
import type { Label } from './label.js'

interface Thing extends Held {
  readonly name: string
}

function make(entriesMax = 100) {
  const clock = manualClock()
  const keeper = createKeeper({ clock, log: silentLog() })
  const cache = createHeldCache<Thing>(keeper, clock, {
    entriesMax,
    weight: { max: 1_000, weigh: ({ name }) => name.length },
  })
  const thing = (name: string, labels: readonly Label[], lifeMs = 1_000): Thing => {
    const begun = beginFill(keeper, clock)
    return { ...begun, name, labels, notAfter: begun.askedAt + lifeMs }
  }
  return { clock, keeper, cache, thing }
}

const app = (id: string, generation = 1): Label => ({ kind: 'FEED_KIND_APP', id, generation })

describe('what is held', () => {
  it('is dropped by a row above the generation of one of its labels, and nothing else is (EVICT)', () => {
    const { keeper, cache, thing } = make()
    cache.set('one', thing('one', [app('a'), app('b')]))
    cache.set('two', thing('two', [app('b', 2)]))
    cache.set('three', thing('three', [app('c')]))
    keeper.push({ number: 1, ...app('b', 2) })
    expect([cache.get('one')?.name, cache.get('two')?.name, cache.get('three')?.name]).toEqual([
      undefined,
      'two',
      'three',
    ])
  })

  it('is not kept when it arrives below a floor (FENCE)', () => {
    const { keeper, cache, thing } = make()
    const slow = thing('slow', [app('a')])
    keeper.push({ number: 1, ...app('a', 2) })
    cache.set('slow', slow)
    expect(cache.get('slow')).toBeUndefined()
  })

  it('is discarded once, whether it is dropped, replaced, past its end, or not taken at all', () => {
    const { clock, keeper, thing } = make()
    const discarded: string[] = []
    const cache = createHeldCache<Thing>(keeper, clock, {
      entriesMax: 1,
      discard: ({ name }) => void discarded.push(name),
    })
    cache.set('one', thing('replaced', [app('a')]))
    cache.set('one', thing('crowded out', [app('a')]))
    cache.set('two', thing('dropped', [app('b')]))
    keeper.push({ number: 1, ...app('b', 2) })
    cache.set('two', thing('not taken', [app('b')]))
    cache.set('two', thing('past its end', [app('c')]))
    cache.sweep()
    expect(cache.size).toBe(1)
    clock.advance(1_000)
    cache.sweep()
    expect(cache.size).toBe(0)
    expect(discarded).toEqual(['replaced', 'crowded out', 'dropped', 'not taken', 'past its end'])
  })

  it('is not kept if a RESET came while it was on its way', () => {
    const { clock, keeper, cache, thing } = make()
    const slow = thing('slow', [app('a')])
    keeper.answer(
      { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs(), applied: 0 },
      { rows: [], through: 9, more: false, reset: true, horizonMs: 1 },
    )
    cache.set('slow', slow)
    expect(cache.get('slow')).toBeUndefined()
  })

  it('ends at its own end, however late it was taken in (TTL)', () => {
    const { clock, cache, thing } = make()
    const one = thing('one', [app('a')])
    clock.advance(600)
    cache.set('one', one)
    clock.advance(399)
    expect(cache.get('one')).toBe(one)
    clock.advance(1)
    expect(cache.get('one')).toBeUndefined()
    cache.set('one', one)
    expect(cache.size).toBe(0)
  })

  it('is not replaced by a slower answer to an older question', () => {
    const { clock, cache, thing } = make()
    const older = thing('older', [app('a')])
    clock.advance(1)
    const newer = thing('newer', [app('a')])
    cache.set('one', newer)
    cache.set('one', older)
    expect(cache.get('one')?.name).toBe('newer')
  })

  it('is dropped by a row for a label of its latest value, and not for one of an earlier value', () => {
    const { clock, keeper, cache, thing } = make()
    cache.set('one', thing('one', [app('a')]))
    clock.advance(1)
    cache.set('one', thing('one', [app('b')]))
    keeper.push({ number: 1, ...app('a', 2) })
    expect(cache.get('one')?.name).toBe('one')
    keeper.push({ number: 2, ...app('b', 2) })
    expect(cache.get('one')).toBeUndefined()
  })

  it('is bounded by count and by weight', () => {
    const { cache, thing } = make(2)
    for (const key of ['a', 'b', 'c']) cache.set(key, thing(key, [app(key)]))
    expect(cache.size).toBe(2)
    cache.set('large', thing('x'.repeat(1_000), [app('a')]))
    expect(cache.size).toBe(1)
    cache.set('too large', thing('x'.repeat(1_001), [app('a')]))
    expect(cache.get('too large')).toBeUndefined()
  })

  it('is bounded by count even if it weighs nothing', () => {
    const { cache, thing } = make(2)
    for (const key of ['a', 'b', 'c']) cache.set(key, thing('', [app(key)]))
    expect(cache.size).toBe(2)
  })

  it('is discarded at once if it alone weighs more than the bound', () => {
    const { clock, keeper, thing } = make()
    const discarded: string[] = []
    const cache = createHeldCache<Thing>(keeper, clock, {
      entriesMax: 10,
      weight: { max: 3, weigh: ({ name }) => name.length },
      discard: ({ name }) => void discarded.push(name),
    })
    cache.set('one', thing('long', [app('a')]))
    expect(discarded).toEqual(['long'])
    expect(cache.get('one')).toBeUndefined()
  })

  it('is removed and discarded when it is deleted, or asked for past its end', () => {
    const { clock, keeper, thing } = make()
    const discarded: string[] = []
    const cache = createHeldCache<Thing>(keeper, clock, {
      entriesMax: 10,
      discard: ({ name }) => void discarded.push(name),
    })
    cache.set('one', thing('one', [app('a')]))
    cache.set('two', thing('two', [app('a')], 1_001))
    cache.delete('two')
    expect([cache.size, discarded]).toEqual([1, ['two']])
    clock.advance(1_000)
    cache.get('one')
    expect([cache.size, discarded]).toEqual([0, ['two', 'one']])
  })

  it('is swept out at its end, while what ends later stays', () => {
    const { clock, cache, thing } = make()
    cache.set('one', thing('one', [app('a')]))
    cache.set('two', thing('two', [app('a')], 1_001))
    clock.advance(999)
    cache.sweep()
    expect(cache.size).toBe(2)
    clock.advance(1)
    cache.sweep()
    expect([cache.size, cache.get('two')?.name]).toEqual([1, 'two'])
  })

  it('is dropped by a row even after others with the same label were deleted', () => {
    const { keeper, cache, thing } = make()
    for (const key of ['one', 'two', 'three']) cache.set(key, thing(key, [app('a')]))
    cache.delete('one')
    cache.delete('three')
    keeper.push({ number: 1, ...app('a', 2) })
    expect(cache.size).toBe(0)
  })

  it('stays when a row brings the generation that its label has, though its other labels have lower ones', () => {
    const { keeper, cache, thing } = make()
    const service: Label = { kind: 'FEED_KIND_SERVICE', id: 'a', generation: 1 }
    cache.set('one', thing('one', [app('a', 5), app('b'), service]))
    keeper.push({ number: 1, ...app('a', 5) })
    expect(cache.get('one')?.name).toBe('one')
  })

  it('that names one label in two generations is dropped by a row above the older one', () => {
    const { keeper, cache, thing } = make()
    cache.set('one', thing('one', [app('a', 2), app('a')]))
    cache.set('one', thing('one', [app('a', 2), app('a')]))
    keeper.push({ number: 1, ...app('a', 2) })
    expect([cache.size, cache.labels]).toEqual([0, 0])
  })

  it('leaves no label in the index when it is replaced, crowded out, dropped, not taken or swept out', () => {
    const { clock, keeper, cache, thing } = make(2)
    cache.set('replaced', thing('1', [app('a')]))
    cache.set('replaced', thing('2', [app('b'), app('c')]))
    expect(cache.labels).toBe(2)
    cache.set('other', thing('3', [app('c')]))
    cache.set('crowds one out', thing('4', [app('d')]))
    expect(cache.labels).toBe(2)
    keeper.push({ number: 1, ...app('c', 2) })
    expect(cache.labels).toBe(1)
    cache.set('not taken', thing('x'.repeat(1_001), [app('e')]))
    clock.advance(1_000)
    cache.sweep()
    expect(cache.labels).toBe(0)
  })

  it('is dropped by a RESET', () => {
    const { clock, keeper, cache, thing } = make()
    cache.set('one', thing('one', [app('a')]))
    keeper.answer(
      { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs(), applied: 0 },
      { rows: [], through: 9, more: false, reset: true, horizonMs: 1 },
    )
    expect(cache.size).toBe(0)
  })

  it('is dropped together with all that share a label by one row, and can be held anew afterwards', () => {
    const { keeper, cache, thing } = make()
    for (const key of ['1', '2', '3', '4']) cache.set(key, thing(key, [app('a'), app(key)]))
    keeper.push({ number: 1, ...app('a', 2) })
    expect(cache.size).toBe(0)
    keeper.push({ number: 2, ...app('1', 2) })
    cache.set('1', thing('1', [app('a', 2), app('1', 2)]))
    expect(cache.get('1')?.name).toBe('1')
  })
})
