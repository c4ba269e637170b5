import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { keepFlushed } from '../../src/canary/keep-flushed.js'
import { findLeaks } from './find-leaks.js'
import type { TestSystem } from './start-test-system.js'

/** What happens to Redis while the system works. The product's promises are the same in each mode. */
export interface RedisMode {
  readonly name: string
  begin(system: TestSystem): Promise<RunningMode>
}

interface RunningMode {
  /** Called after the requests and before `end`: checks that the tests really ran in this mode. */
  expectShown(): Promise<void>
  /** May be called again. Redis is there afterwards. */
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
      // Only the admission script appends anything.
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

/** The last mode comes last, because afterwards the proxies do not use Redis for a while. */
const REDIS_MODES: readonly RedisMode[] = [REDIS_THERE, REDIS_FLUSHED, REDIS_STOPPED]

/**
 * Runs `describe` in each mode, one after another in the same system. Where no Redis can be started the run says so,
 * and the tests run without one; in CI nothing is left out.
 *
 * @param tests gets whether this is the first mode that is run, for tests that need not run in each.
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
    it(`was in this mode of Redis throughout: ${mode.name}`, () => running?.expectShown())

    // Before the next mode changes what is in Redis.
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

/**
 * Calls since Redis was started, those of scripts included: FLUSHALL does not reset them. @throws Error where there is
 * no Redis.
 */
async function callsOf({ redis }: TestSystem, command: string): Promise<number> {
  if (redis === undefined) throw new Error('the system has no Redis')
  const statistics = await redis.ask('INFO', 'commandstats')
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+),`, 'm').exec(statistics)?.[1] ?? 0)
}
