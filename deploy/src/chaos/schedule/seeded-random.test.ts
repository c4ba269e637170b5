import { describe, expect, it } from '@jest/globals'
import { seededRandom } from './seeded-random.js'

describe('a source of random numbers from a seed', () => {
  const drawn = (seed: string): number[] => {
    const random = seededRandom(seed)
    return Array.from({ length: 20 }, () => random.between(1, 1_000))
  }

  it('draws the same for the same seed, and other numbers for another seed', () => {
    expect(drawn('7')).toEqual(drawn('7'))
    expect(drawn('7')).not.toEqual(drawn('8'))
  })

  it('draws for each name independently of what other names have drawn', () => {
    const untouched = seededRandom('7').fork('a').next()
    const random = seededRandom('7')
    random.fork('b').next()
    random.next()
    expect(random.fork('a').next()).toBe(untouched)
  })

  it('keeps every item of a list that it shuffles', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8]
    const shuffled = seededRandom('7').shuffled(list)
    expect(shuffled).not.toEqual(list)
    expect([...shuffled].sort()).toEqual(list)
  })
})
