import { describe, expect } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/describe-with-redis'
import { testRedisBinary } from '@protectmyapi/dev-kit/test-redis'
import { keepFlushed } from '../../src/canary/keep-flushed.js'
import type { TestSystem } from './start-test-system.js'

/** What becomes of Redis while the system works: the product's promises are the same in each. */
export interface RedisMode {
  readonly name: string
  /** What the system is started with. */
  readonly redis: 'none' | 'private'
  /** Begins it; the returned function ends it, also a second time, and then Redis is there. */
  begin(system: TestSystem): Promise<() => Promise<void>>
  /** After requests, before its end: that it was this one, and none under its name. */
  expectShown(system: TestSystem): Promise<void>
}

const nothing = (): Promise<void> => Promise.resolve()

const REDIS_ABSENT: RedisMode = {
  name: 'without Redis',
  redis: 'none',
  begin: async () => nothing,
  expectShown: async ({ running }) => expect(running.redis).toBeUndefined(),
}

export const REDIS_THERE: RedisMode = {
  name: 'with Redis',
  redis: 'private',
  begin: async () => nothing,
  // Only the script by which it admits appends anything.
  expectShown: async (system) => expect(await callsOf(system, 'xadd')).toBeGreaterThan(0),
}

export const REDIS_STOPPED: RedisMode = {
  name: 'with Redis stopped',
  redis: 'private',
  async begin({ redis }) {
    await redis?.stop()
    return async () => redis?.restart()
  },
  async expectShown({ running, redis }) {
    expect(running.redis).toBeDefined()
    expect(redis?.pid()).toBeUndefined()
  },
}

export const REDIS_FLUSHED: RedisMode = {
  name: 'with Redis flushed every 100 ms',
  redis: 'private',
  async begin({ redis }) {
    const end = keepFlushed(async () => redis?.flush())
    return async () => void (await end())
  },
  async expectShown(system) {
    expect(await callsOf(system, 'flushall')).toBeGreaterThan(0)
    expect(await callsOf(system, 'xadd')).toBeGreaterThan(0)
  },
}

const REDIS_MODES: readonly RedisMode[] = [REDIS_THERE, REDIS_STOPPED, REDIS_FLUSHED]

/**
 * `describe` in each of them. Where there is no Redis to start the run says so, and the tests are run without one; in CI
 * nothing is left out.
 *
 * @param tests is told whether it is the first that is run, for what need not be done in each.
 */
export function describeInRedisModes(what: string, tests: (mode: RedisMode, isFirst: boolean) => void): void {
  const isThere = testRedisBinary() !== undefined
  if (!isThere) describe(`${what}, ${REDIS_ABSENT.name}`, () => tests(REDIS_ABSENT, true))
  REDIS_MODES.forEach((mode, index) => {
    describeWithRedis(`${what}, ${mode.name}`, () => tests(mode, isThere && index === 0))
  })
}

/** Since it was started, from scripts too: FLUSHALL leaves them. @throws Error where it is not there. */
async function callsOf({ redis }: TestSystem, command: string): Promise<number> {
  if (redis === undefined) throw new Error('the system has no Redis')
  const statistics = await redis.ask('INFO', 'commandstats')
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+),`, 'm').exec(statistics)?.[1] ?? 0)
}
