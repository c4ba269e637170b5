import { describe, expect, it } from '@jest/globals'
import { untilWarm } from './until-warm.js'

/** Resolves to the number of rounds that were run; the last cost is repeated. */
async function roundsOf(...costs: readonly number[]): Promise<number> {
  let rounds = 0
  await untilWarm(async () => {
    rounds += 1
    return costs[Math.min(rounds, costs.length) - 1] ?? Number.NaN
  })
  return rounds
}

describe('the warm-up', () => {
  it('ends after three rounds that are no cheaper than the first', async () => {
    expect(await roundsOf(100)).toBe(4)
  })

  it('goes on while rounds get cheaper, and for three rounds after that', async () => {
    expect(await roundsOf(500, 400, 300, 250)).toBe(7)
  })

  it('counts a slow fall, of less than its step in each round, as getting cheaper', async () => {
    expect(await roundsOf(100, 98, 96, 94, 92)).toBe(8)
  })

  it('is not reset by a dearer round and one that is as cheap as before', async () => {
    expect(await roundsOf(100, 150, 99, 140)).toBe(4)
  })

  it('ends where rounds get cheaper for ever', async () => {
    expect(await roundsOf(...Array.from({ length: 100 }, (_, at) => 0.9 ** at))).toBe(24)
  })
})
