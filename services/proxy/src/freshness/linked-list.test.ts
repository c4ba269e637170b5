import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LinkedList, type Place } from './linked-list.js'

describe('a linked list', () => {
  it('holds what was added and not removed, in the order of adding, whatever the order of removals', () => {
    const steps = fc.array(fc.option(fc.nat({ max: 20 }), { nil: null }), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (plan) => {
        const list = new LinkedList<number>()
        let places: Place<number>[] = []
        plan.forEach((taken, added) => {
          const leaving = taken === null ? undefined : places[taken % Math.max(places.length, 1)]
          if (leaving) list.remove(leaving)
          else places.push(list.add(added))
          places = places.filter((place) => place !== leaving)
          expect(list.items()).toEqual(places.map(({ item }) => item))
          expect(list.size).toBe(places.length)
        })
      }),
    )
  })

  it('clears the links of a removed place, so that no dead request keeps a later one alive', () => {
    const list = new LinkedList<string>()
    const [first, middle, last] = ['first', 'middle', 'last'].map((item) => list.add(item))
    for (const place of [middle, first, last]) {
      if (!place) throw new Error('there are three')
      list.remove(place)
      expect([place.previous, place.next]).toEqual([null, null])
    }
  })
})
