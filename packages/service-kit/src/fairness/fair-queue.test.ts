import { describe, expect, it } from '@jest/globals'
import { createFairQueue } from './fair-queue.js'

/** A queue whose items name their owner and their place among all. */
const filled = (...owners: readonly string[]) => {
  const queue = createFairQueue<string>()
  owners.forEach((owner, at) => {
    queue.add(owner, `${owner}${at}`)
  })
  return queue
}

describe('a fair queue', () => {
  it('serves owners in turn, and the items of one owner in the order they came', () => {
    const queue = filled('a', 'a', 'a', 'b', 'c', 'b')
    expect(queue.take(5)).toEqual(['a0', 'b3', 'c4', 'a1', 'b5'])
    expect(queue.take(5)).toEqual(['a2'])
    expect([queue.size, queue.of('a')]).toEqual([0, 0])
  })

  it('continues where it stopped, so that an owner who has just had a turn is served last', () => {
    const queue = filled('a', 'a', 'b')
    expect(queue.take(1)).toEqual(['a0'])
    queue.add('c', 'c9')
    expect(queue.take(2)).toEqual(['b2', 'a1'])
    expect(queue.take(1)).toEqual(['c9'])
  })

  it('gives all items if there is room for all', () => {
    const queue = filled('a', 'b', 'a')
    expect([...queue.take(3)].sort()).toEqual(['a0', 'a2', 'b1'])
    expect([queue.size, queue.take(3)]).toEqual([0, []])
  })

  it('counts the waiting items, in total and of each owner', () => {
    const queue = filled('a', 'a', 'b')
    queue.take(2)
    expect([queue.size, queue.of('a'), queue.of('b'), queue.of('c')]).toEqual([1, 1, 0, 0])
  })
})
