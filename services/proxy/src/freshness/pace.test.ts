import { expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { createPace } from './pace.js'

it('createPace allows one try of each thing a second, counted from its last try', () => {
  const clock = manualClock()
  const mayTry = createPace(clock)
  expect([mayTry('a'), mayTry('a'), mayTry('b')]).toEqual([true, false, true])
  clock.advance(999)
  expect(mayTry('a')).toBe(false)
  clock.advance(1)
  expect([mayTry('a'), mayTry('a')]).toEqual([true, false])
})

it('createPace remembers 10,000 things, and forgets them all when one more comes', () => {
  const mayTry = createPace(manualClock())
  for (let thing = 1; thing <= 10_000; thing += 1) mayTry(String(thing))
  expect([mayTry('1'), mayTry('10000')]).toEqual([false, false])
  expect(mayTry('one more')).toBe(true)
  expect([mayTry('one more'), mayTry('1'), mayTry('10000')]).toEqual([false, true, true])
})
