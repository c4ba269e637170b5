import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { withinMs } from './within-ms.js'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const never = new Promise<string>(() => {})

it('withinMs settles as the work does, and leaves no timer behind', async () => {
  expect(await withinMs(Promise.resolve('done'), 100, () => 'late')).toBe('done')
  await expect(withinMs(Promise.reject(new Error('failed')), 100, () => 'late')).rejects.toThrow('failed')
  expect(jest.getTimerCount()).toBe(0)
})

it('withinMs answers with the late value once the time is up, and not before', async () => {
  let answer: string | undefined
  void withinMs(never, 100, () => 'late').then((given) => {
    answer = given
  })
  await jest.advanceTimersByTimeAsync(99)
  expect(answer).toBeUndefined()
  await jest.advanceTimersByTimeAsync(1)
  expect(answer).toBe('late')
})

it('withinMs rejects with the error that the late function throws', async () => {
  const waits = withinMs(never, 100, () => {
    throw new Error('too late')
  })
  const thrown = expect(waits).rejects.toThrow('too late')
  await jest.advanceTimersByTimeAsync(100)
  await thrown
})
