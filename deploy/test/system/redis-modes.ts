import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { keepFlushed } from '../../src/canary/keep-flushed.js'
import { findLeaks } from './find-leaks.js'
import type { TestSystem } from './start-test-system.js'

/** What becomes of Redis while the system works: the product's promises are the same in each. */
export interface RedisMode {
  readonly name: string
  begin(system: TestSystem): Promise<RunningMode>
}

interface RunningMode {
  /** After requests, before its end: that it was this one, and none under its name. */
  expectShown(): Promise<void>
  /** Also a second time; Redis is there then. */
  end(): Promise<void>
}

const REDIS_ABSENT: RedisMode = {
  name: 'without Redis',
  begin: async ({ running }) => ({
    expectShown: async () => expect(running.redis).toBeUndefined(),
    end: async () => {},
  }),
}

export const REDIS_THERE: RedisMode = {
  name: 'with Redis',
  async begin(system) {
    const before = await callsOf(system, 'xadd')
    return {
      // Only the script by which it admits appends anything.
      expectShown: async () => expect(await callsOf(system, 'xadd')).toBeGreaterThan(before),
      end: async () => {},
    }
  },
}

export const REDIS_STOPPED: RedisMode = {
  name: 'with Redis stopped',
  async begin({ running, redis }) {
    await redis?.stop()
    return {
      async expectShown() {
        expect(running.redis).toBeDefined()
        expect(redis?.pid()).toBeUndefined()
      },
      end: async () => redis?.restart(),
    }
  },
}

export const REDIS_FLUSHED: RedisMode = {
  name: 'with Redis flushed every 100 ms',
  async begin(system) {
    const before = await callsOf(system, 'xadd')
    const endFlushing = keepFlushed(async () => system.redis?.flush())
    return {
      async expectShown() {
        expect(await callsOf(system, 'flushall')).toBeGreaterThan(0)
        expect(await callsOf(system, 'xadd')).toBeGreaterThan(before)
      },
      end: async () => void (await endFlushing()),
    }
  },
}

/** The last leaves proxies that have given Redis up for a while. */
const REDIS_MODES: readonly RedisMode[] = [REDIS_THERE, REDIS_FLUSHED, REDIS_STOPPED]

/**
 * `describe` in each of them, one after another in the same system. Where there is no Redis to start the run says so, and
 * the tests are run without one; in CI nothing is left out.
 *
 * @param tests is told whether it is the first that is run, for what need not be done in each.
 */
export function describeInRedisModes(
  system: () => TestSystem,
  tests: (mode: RedisMode, isFirst: boolean) => void,
): void {
  const within = (mode: RedisMode, isFirst: boolean) => (): void => {
    let running: RunningMode | undefined
    beforeAll(async () => {
      running = await mode.begin(system())
    })
    afterAll(() => running?.end())
    tests(mode, isFirst)
    it(`did all this ${mode.name}`, () => running?.expectShown())

    // Before the next of them changes what is in Redis.
    it('leaves no planted value in the databases, Redis or the logs', async () => {
      await running?.end()
      const { planted } = system().planter
      expect(planted.length).toBeGreaterThan(0)
      expect(await findLeaks(system(), planted)).toEqual([])
    }, 60_000)
  }
  const isThere = testRedisBinary() !== undefined
  if (!isThere) describe(REDIS_ABSENT.name, within(REDIS_ABSENT, true))
  REDIS_MODES.forEach((mode, index) => {
    describeWithRedis(mode.name, within(mode, isThere && index === 0))
  })
}

/** Since it was started, from scripts too: FLUSHALL leaves them. @throws Error where it is not there. */
async function callsOf({ redis }: TestSystem, command: string): Promise<number> {
  if (redis === undefined) throw new Error('the system has no Redis')
  const statistics = await redis.ask('INFO', 'commandstats')
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+),`, 'm').exec(statistics)?.[1] ?? 0)
}
