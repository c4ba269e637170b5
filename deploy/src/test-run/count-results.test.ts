import { describe, expect, it } from '@jest/globals'
import { addCounts, closingLine, countResults } from './count-results.js'

const result = {
  numPassedTests: 3,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 2,
}

describe('countResults', () => {
  it('counts a file that does not load as a failure, and a todo as skipped', () => {
    expect(closingLine(addCounts([countResults(JSON.stringify(result)), { passed: 1, failed: 0, skipped: 0 }]))).toBe(
      '4 passed, 3 failed, 2 skipped',
    )
  })

  it('throws for a text that is not a result', () => {
    expect(() => countResults('{}')).toThrow()
  })
})
