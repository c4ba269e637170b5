import { expect, it } from '@jest/globals'
import { createDelayedLine } from './delayed-line.js'

it('a delayed line hands things on in their order, even if a later one has a shorter delay', async () => {
  const line = createDelayedLine()
  const handed: number[] = []
  await new Promise<void>((resolve) => {
    line.push(() => handed.push(1), 20)
    line.push(() => handed.push(2), 0)
    line.push(() => resolve(), 1)
  })
  expect(handed).toEqual([1, 2])
  expect(line.waiting).toBe(0)
})

it('a delayed line hands on at once what has no delay', () => {
  const handed: number[] = []
  createDelayedLine().push(() => handed.push(1), 0)
  expect(handed).toEqual([1])
})
