import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { underLoad } from './load.js'
import { type Provisioned, provision } from './provision.js'
import type { TestSystem } from './start-test-system.js'

/** That many at once, and the next one only after these tests are over. */
const BITING = { scope: 'app', count: 20, periodSeconds: 3_600 } as const
const INTERVAL_SECONDS = BITING.periodSeconds / BITING.count
/** One at once, and another a second later. */
const BRIEF = { scope: 'app', count: 1, periodSeconds: 1 } as const
/** More than any load of these tests. */
const GENEROUS = { scope: 'app', count: 1_000_000, periodSeconds: 60 } as const

const FLUSHES = 2

const LIMITS = {
  /** To both proxies together: more than any two buckets have room for. */
  requests: 48,
  /** Until proxies use a Redis again that has returned, on a busy machine. */
  backMs: 20_000,
} as const

export interface RateLimited {
  readonly system: TestSystem
  readonly origin: string
  ask(proxy: string, slug: string, token: string): Promise<Answered>
  send(proxies: readonly string[], to: { slug: string; token: string }, requests: number): Promise<Sent>
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

interface Sent {
  readonly admitted: number
  readonly other: readonly number[]
}

/** Two proxies, whose limits are counted in Redis, or by management while Redis is away. */
export function describeRateLimits(started: () => RateLimited): void {
  const appWith = (slug: string, limit: object): Promise<Provisioned> => {
    const { system, origin } = started()
    const value = system.planter.plant('sk-limit-')
    return provision(system, { slug, origin, value, service: { limits: [limit] } })
  }

  describeWithRedis('rate limits between two proxies', () => {
    it('say in a refusal how long to wait, and admit a request after that', async () => {
      const { system, ask } = started()
      const { token } = await appWith('brief', BRIEF)
      const askOnce = (): Promise<Answered> => ask(system.proxy, 'brief', token)
      expect((await askOnce()).status).toBe(200)
      const refused = await until(async () => {
        const answer = await askOnce()
        return answer.status === 200 ? undefined : answer
      })
      expectRefused(refused, '"app";q=1;w=1')
      expect(refused.headers['retry-after']).toBe('1')
      await until(async () => ((await askOnce()).status === 200 ? true : undefined))
    }, 30_000)

    it('are exceeded by one burst at most per switch when Redis is killed, back and flushed', async () => {
      const { system, ask, send } = started()
      const { token } = await appWith('biting', BITING)
      const generous = await appWith('generous', GENEROUS)
      let admitted = 0
      /** Sends more requests than there is room for. */
      const fill = async (): Promise<void> => {
        const sent = await send(system.proxies, { slug: 'biting', token }, LIMITS.requests)
        expect(sent.other).toEqual([])
        admitted += sent.admitted
      }
      const load = { proxies: system.proxies, token: () => generous.token, path: () => '/v1/p/generous/x' }
      const seen = await underLoad(load, async () => {
        const began = Date.now()
        await fill()
        expect(admitted).toBeGreaterThanOrEqual(BITING.count)
        // On a busy machine Redis may seem to be away. Then management's bucket has been used, too.
        expect(admitted).toBeLessThanOrEqual(BITING.count * ((await fellOver(system)) ? 2 : 1))
        await expectFull(() => ask(system.proxy, 'biting', token), began)

        await system.redis?.kill()
        await fill()
        expect(admitted).toBeLessThanOrEqual(BITING.count * 2)
        await expectFull(() => ask(system.proxy, 'biting', token), began)

        await system.redis?.restart()
        const before = admitted
        await until(async () => {
          await fill()
          return admitted > before ? true : undefined
        }, LIMITS.backMs)
        await fill()
        expect(admitted).toBeLessThanOrEqual(BITING.count * 3)

        for (let flushes = 1; flushes <= FLUSHES; flushes += 1) {
          await system.redis?.flush()
          await fill()
          expect(admitted).toBeLessThanOrEqual(BITING.count * (3 + flushes))
        }
      })
      expect(seen.flatMap(({ status, body }) => (status === 200 ? [] : [`${status} ${body}`]))).toEqual([])
    }, 90_000)
  })
}

function expectRefused({ status, headers, body }: Answered, policy: string): void {
  expect([status, JSON.parse(body).code]).toEqual([429, 'RATE_LIMITED'])
  expect(headers.ratelimit).toBe(`"app";r=0;t=${String(headers['retry-after'])}`)
  expect(headers['ratelimit-policy']).toBe(policy)
}

/**
 * There is no room, and none until an interval after the first of the requests that filled it, which did not come
 * before `began`.
 */
async function expectFull(ask: () => Promise<Answered>, began: number): Promise<void> {
  const answer = await ask()
  // The start is cut to whole milliseconds.
  const answered = Date.now() + 1
  expectRefused(answer, `"app";q=${BITING.count};w=${BITING.periodSeconds}`)
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThanOrEqual(Math.ceil(INTERVAL_SECONDS - (answered - began) / 1_000))
  expect(seconds).toBeLessThanOrEqual(INTERVAL_SECONDS)
}

/** Whether a proxy has switched from Redis to management. */
async function fellOver({ running, proxies }: TestSystem): Promise<boolean> {
  const logs = await Promise.all(
    proxies.map((_, index) => readFile(path.join(running.logs, `proxy-${index + 1}.log`), 'utf8')),
  )
  return logs.some((log) => log.includes('Redis is away:'))
}
