import { describe } from '@jest/globals'
import { TEST_REDIS_VARIABLE, testRedisBinary } from './test-redis.js'

/**
 * `describe` for tests that need a Redis: without one they are skipped, and the run says so. In CI they fail instead.
 */
export function describeWithRedis(what: string, tests: () => void): void {
  const canRun = testRedisBinary() !== undefined || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`Redis: ${what} not run, ${TEST_REDIS_VARIABLE} is not set\n`)
  const run = canRun ? describe : describe.skip
  run(what, tests)
}
