import { describe } from '@jest/globals'
import { TEST_REDIS_VARIABLE, testRedisBinary } from './test-redis.js'

/**
 * `describe` for what needs a Redis: where there is none its tests are skipped, and the run says so. In CI nothing is
 * left out: there they fail.
 */
export function describeWithRedis(what: string, tests: () => void): void {
  const canRun = testRedisBinary() !== undefined || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`Redis: ${what} not run, ${TEST_REDIS_VARIABLE} is not set\n`)
  const run = canRun ? describe : describe.skip
  run(what, tests)
}
