import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { Agent, request } from 'undici'
import { type Provisioned, provision } from './provision.js'
import { describeRateLimits } from './rate-limits.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

const CONNECTIONS = 32
/** The quota during which a proxy is killed. */
const UNITS = 1_000
/**
 * What a killed proxy may lose of the quota: the last quarter of a block and the next block, each block being a
 * sixteenth, and the requests under way.
 */
const LOST_UNITS_MAX = Math.ceil((UNITS / 16) * 1.25) + CONNECTIONS

interface Tally {
  readonly admitted: number
  readonly refused: number
  readonly other: readonly number[]
}

describe('quotas between two proxies', () => {
  let system: TestSystem
  let provider: StandIn
  let agent: Agent
  beforeAll(async () => {
    // A change of a quota waits that long for the proxy that was killed.
    const extra = { management: { PMA_HORIZON_MS: '3000' }, proxy: { PMA_DRAIN_MS: '25000' } }
    system = await startTestSystem({ proxies: 2, extra })
    provider = await startStandIn({ keyOf: () => 'any', answer: () => ({ body: {} }) })
    provider.accept('any')
  }, 60_000)
  beforeEach(() => {
    agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  })
  afterEach(() => agent.destroy())
  afterAll(async () => {
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  const appWith = (slug: string, quotas: readonly object[]): Promise<Provisioned> =>
    provision(system, { slug, origin: provider.origin, value: system.planter.plant('sk-quota-') }).then(
      async (made) => {
        await system.owner.patch(`${system.org}/apps/${made.appId}`, { quotas })
        return made
      },
    )

  const ask = async (proxy: string, slug: string, token: string) => {
    const url = `${proxy}/v1/p/${slug}/echo`
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    })
    return { status: statusCode, headers, body: await body.text() }
  }

  /** Sends so many requests to each proxy, over several connections. `onAnswer` gets the number answered so far. */
  async function send(
    proxies: readonly string[],
    { slug, token }: { slug: string; token: string },
    requests: number,
    onAnswer: (answered: number) => void = () => {},
  ): Promise<Tally> {
    const statuses: number[] = []
    let left = requests
    const worker = async (proxy: string): Promise<void> => {
      while (left > 0) {
        left -= 1
        // 0: the proxy was killed before it answered, and the request may have reached the provider.
        statuses.push(
          await ask(proxy, slug, token).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        onAnswer(statuses.length)
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => worker(proxies[at % proxies.length] ?? '')))
    const count = (status: number): number => statuses.filter((one) => one === status).length
    return {
      admitted: count(200),
      refused: count(429),
      other: statuses.filter((status) => status !== 200 && status !== 429),
    }
  }

  it('admit exactly as many requests as they allow, at both proxies together', async () => {
    const { token } = await appWith('exact', [{ scope: 'app', period: 'month', count: 450 }])
    expect(await send(system.proxies, { slug: 'exact', token }, 750)).toEqual({
      admitted: 450,
      refused: 300,
      other: [],
    })
  }, 120_000)

  it('name in a refusal the quota that is used up, and when it is full again', async () => {
    const { token } = await appWith('told', [
      { scope: 'app', period: 'day', count: 1 },
      { scope: 'app', period: 'month', count: 5 },
    ])
    expect((await ask(system.proxy, 'told', token)).status).toBe(200)
    const asked = Date.now()
    const { status, headers, body } = await ask(system.proxy, 'told', token)
    const answered = Date.now()
    const midnight = new Date(asked).setUTCHours(24, 0, 0, 0)
    const seconds = Number(headers['retry-after'])
    expect([status, JSON.parse(body).code]).toEqual([429, 'QUOTA_EXCEEDED'])
    // Exact to the second: computed at a moment between question and answer, and never too early.
    expect(seconds).toBeLessThanOrEqual(Math.ceil((midnight - asked) / 1_000))
    expect(seconds).toBeGreaterThanOrEqual(Math.ceil((midnight - answered) / 1_000))
    expect(headers.ratelimit).toBe(`"app-day";r=0;t=${seconds}`)
    expect(headers['ratelimit-policy']).toBe('"app-day";q=1;w=86400')
  }, 60_000)

  it('take effect in the first request after the answer to their change or removal', async () => {
    const { token, appId } = await appWith('changed', [{ scope: 'app', period: 'day', count: 2 }])
    const statusAt = async (proxy: string): Promise<number> => (await ask(proxy, 'changed', token)).status
    const [one = '', other = ''] = system.proxies
    expect([await statusAt(one), await statusAt(other), await statusAt(one)]).toEqual([200, 200, 429])
    await system.owner.patch(`${system.org}/apps/${appId}`, { quotas: [{ scope: 'app', period: 'day', count: 3 }] })
    expect([await statusAt(other), await statusAt(one)]).toEqual([200, 429])
    await system.owner.patch(system.org, { quotas: [{ scope: 'organization', period: 'day', count: 1 }] })
    // What the other tests have used does not count towards this organization's quota.
    await system.owner.patch(`${system.org}/apps/${appId}`, { quotas: [] })
    expect([await statusAt(one), await statusAt(other)]).toEqual([200, 429])
    await system.owner.patch(system.org, { quotas: [] })
    expect([await statusAt(one), await statusAt(other)]).toEqual([200, 200])
  }, 60_000)

  describeRateLimits(() => ({ system, origin: provider.origin, ask, send }))

  it('are not exceeded when one proxy is killed under load, and what is lost with it is bounded', async () => {
    const slug = 'killed'
    const { token } = await appWith(slug, [{ scope: 'app', period: 'month', count: UNITS }])
    const killed = system.running.pids().get('proxy-2') ?? 0
    const before = provider.received.length
    const first = await send(system.proxies, { slug, token }, 600, (answered) => {
      if (answered === 400) process.kill(killed, 'SIGKILL')
    })
    expect(first.refused).toBe(0)
    await until(() => {
      const again = system.running.pids().get('proxy-2')
      return again !== undefined && again !== killed ? true : undefined
    }, 20_000)
    await until(
      () =>
        ask(system.proxies[1] ?? '', slug, token).then(
          () => true as const,
          () => undefined,
        ),
      20_000,
    )
    const second = await send(system.proxies, { slug, token }, UNITS)
    expect(second.refused).toBeGreaterThan(0)
    const reached = provider.received.length - before
    expect(reached).toBeLessThanOrEqual(UNITS)
    expect(reached).toBeGreaterThanOrEqual(UNITS - LOST_UNITS_MAX)
  }, 180_000)

  it('are given back by a proxy that ends at SIGTERM, so that nothing of them is lost', async () => {
    const slug = 'ended'
    const { token } = await appWith(slug, [{ scope: 'app', period: 'month', count: 1_000 }])
    const before = provider.received.length
    await send(system.proxies, { slug, token }, 300)
    // Otherwise the proxy would wait until the end of its drain for a connection on which nothing has been sent yet.
    await agent.destroy()
    agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
    const ended = system.running.pids().get('proxy-2') ?? 0
    process.kill(ended, 'SIGTERM')
    await until(() => {
      const again = system.running.pids().get('proxy-2')
      return again !== undefined && again !== ended ? true : undefined
    }, 40_000)
    await send(system.proxies.slice(0, 1), { slug, token }, 900)
    expect(provider.received.length - before).toBe(1_000)
  }, 120_000)
})
