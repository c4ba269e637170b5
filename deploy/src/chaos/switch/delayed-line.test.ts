import { expect, it } from '@jest/globals'
import { createDelayedLine } from './delayed-line.js'

it('hands things on in their order, though a later one has a shorter delay', async () => {
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

it('hands on at once what need not wait', () => {
  const handed: number[] = []
  createDelayedLine().push(() => handed.push(1), 0)
  expect(handed).toEqual([1])
})
