import { describe, expect, it } from '@jest/globals'
import { createFairQueue } from './fair-queue.js'

const filled = (...owners: readonly string[]) => {
  const queue = createFairQueue<number>()
  owners.forEach((owner, at) => {
    queue.add(owner, at)
  })
  return queue
}
const names = (taken: readonly { owner: string; item: number }[]): string[] =>
  taken.map(({ owner, item }) => `${owner}${item}`)

describe('a fair queue', () => {
  it('lets owners take turns, and within one the first is first', () => {
    const queue = filled('a', 'a', 'a', 'b', 'c', 'b')
    expect(names(queue.take(10))).toEqual(['a0', 'b3', 'c4', 'a1', 'b5', 'a2'])
    expect([queue.size, queue.of('a')]).toEqual([0, 0])
  })

  it('goes on where it stopped: who has just had a turn is last', () => {
    const queue = filled('a', 'a', 'b')
    expect(names(queue.take(1))).toEqual(['a0'])
    queue.add('c', 9)
    expect(names(queue.take(3))).toEqual(['b2', 'a1', 'c9'])
  })

  it('counts who waits, of each owner', () => {
    const queue = filled('a', 'a', 'b')
    queue.take(2)
    expect([queue.size, queue.of('a'), queue.of('b'), queue.of('c')]).toEqual([1, 1, 0, 0])
  })
})
