import { expect, it } from '@jest/globals'
import { createPatience } from './patience.js'

const patience = () => createPatience({ msMin: 250, msMax: 5_000 })

it('patience is at its maximum before any answer', () => {
  expect(patience().ms()).toBe(5_000)
})

it.each([
  // A sixth of the horizon …
  [1, 6_000, 1_000],
  // … or four times what the answer took, where that is more …
  [300, 6_000, 1_200],
  [250, 6_000, 1_000],
  // … within its bounds.
  [1, 600, 250],
  [1, 60_000, 5_000],
  [2_000, 6_000, 5_000],
  [1, undefined, 5_000],
])('patience after an answer that took %i ms, at a horizon of %s ms, is %i ms', (tookMs, horizonMs, ms) => {
  const one = patience()
  one.answered(tookMs, horizonMs)
  expect(one.ms()).toBe(ms)
})

it('patience doubles each time that it was not enough, up to its maximum, and is as before after an answer', () => {
  const one = patience()
  one.answered(1, 6_000)
  const after = [1, 2, 3].map(() => {
    one.exhausted()
    return one.ms()
  })
  expect(after).toEqual([2_000, 4_000, 5_000])
  one.answered(1, 6_000)
  expect(one.ms()).toBe(1_000)
})
