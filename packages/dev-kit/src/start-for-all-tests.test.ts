import { afterAll, expect, it } from '@jest/globals'
import { startForAllTests } from './start-for-all-tests.js'

const shared = await startForAllTests(async () => {
  let state: 'open' | 'closed' = 'open'
  return {
    state: () => state,
    async close() {
      await new Promise(setImmediate)
      state = 'closed'
    },
  }
})
afterAll(() => expect(shared.state()).toBe('closed'))

it.each([1, 2])('what the tests of a file share is open in each of them, and closed after the last: %d', () => {
  expect(shared.state()).toBe('open')
})
