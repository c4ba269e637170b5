import { expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { redisAppend } from './redis-append.js'

/** How far the announced moment may differ from the true one. */
const EXACT_MS = 50

describeWithRedis('the admission script', () => {
  const atEnd = closeAfterEach()

  it('admits a burst, refuses until the moment that it announced by Redis’s clock, and then admits again', async () => {
    const redis = await startTestRedis()
    atEnd(() => redis.drop())
    const client = await connectTestRedis(redisTarget(redis))
    atEnd(() => client.disconnect())
    // A slow answer here means a busy machine, not a Redis that is away.
    Object.assign(client.options, { commandTimeout: 10_000 })
    const append = redisAppend({ use: (ask) => ask(client) }, 'boot_x')
    const bucket = { key: 'bucket', scope: 'app', count: 5, periodMs: 1_000, burst: 3 } as const
    const redisMs = async (): Promise<number> => {
      const [seconds, micros] = await client.time()
      return Number(seconds) * 1_000 + Number(micros) / 1_000
    }
    /**
     * Asks for this many at once. Returns the waits of those refused, by their places, and the times between which the
     * script ran.
     */
    async function ask(requests: number) {
      const asked = Array.from({ length: requests }, (_, at) => ({ buckets: [bucket], line: `["a",0,${at}]` }))
      const fromMs = await redisMs()
      const { refused } = await append(0, asked, [])
      const toMs = await redisMs()
      return { waits: [...refused].map(([at, { retryAfterMs }]) => [at, retryAfterMs] as const), fromMs, toMs }
    }

    const burst = await ask(4)
    expect(burst.waits).toEqual([[3, expect.any(Number)]])
    const [[, waitMs = 0] = []] = burst.waits
    expect(Math.abs(waitMs - 200)).toBeLessThanOrEqual(EXACT_MS)
    const free = { fromMs: burst.fromMs + waitMs, toMs: burst.toMs + waitMs }

    const refused: Awaited<ReturnType<typeof ask>>[] = []
    const admitted = await until(async () => {
      const asked = await ask(1)
      if (asked.waits.length === 0) return asked
      refused.push(asked)
      return undefined
    })
    expect(admitted.toMs).toBeGreaterThanOrEqual(free.fromMs - 1)
    for (const { waits, fromMs, toMs } of refused) {
      const [[, againMs = 0] = []] = waits
      expect(fromMs).toBeLessThanOrEqual(free.toMs)
      expect(toMs + againMs).toBeGreaterThanOrEqual(free.fromMs - EXACT_MS)
      expect(fromMs + againMs).toBeLessThanOrEqual(free.toMs + EXACT_MS)
    }
  })
})
