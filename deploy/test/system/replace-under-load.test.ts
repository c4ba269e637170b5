import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { Agent, request } from 'undici'
import { findLeaks } from './planted-values.js'
import { type Provisioned, provision } from './provision.js'
import { type Answer, type Received, type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

const CONNECTIONS = 32

/** What one request of the load saw. */
interface Sample {
  /** Before it was sent. */
  readonly startedMs: number
  readonly status: number
  /** Digest of the key that arrived; the stand-in tells it. */
  readonly key: string
}

/** H is short here, so that a writer that waits for a lost proxy does not make the test long. */
const HORIZON_MS = 3_000

describe('replacing a value under load', () => {
  let system: TestSystem
  let provider: StandIn
  let target: Provisioned
  /** When each value's successor was answered to be in force. */
  const deadSince = new Map<string, number>()
  let current = ''

  beforeAll(async () => {
    system = await startTestSystem({ proxies: 2, extra: { management: { PMA_HORIZON_MS: String(HORIZON_MS) } } })
    provider = await startStandIn({ keyOf: () => 'any', answer: told })
    provider.accept('any')
    current = system.planter.plant('sk-load-')
    target = await provision(system, { slug: 'load', origin: provider.origin, value: current })
  }, 60_000)

  afterAll(async () => {
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  const replace = async (): Promise<{ by: string; waitedMs: number }> => {
    const value = system.planter.plant('sk-load-')
    const path = `${system.org}/secrets/${target.secretId}/value`
    const { inForce } = await system.owner.put<{ inForce: { by: string; waitedMs: number } }>(path, { value })
    deadSince.set(digestOf(current), performance.now())
    current = value
    return inForce
  }

  /** Runs the load until `work` is done, and answers what it saw. */
  const underLoad = async (proxies: readonly string[], work: () => Promise<void>): Promise<Sample[]> => {
    const samples: Sample[] = []
    let ended = false
    const agent = new Agent({ connections: CONNECTIONS, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 })
    const worker = async (index: number): Promise<void> => {
      const url = `${proxies[index % proxies.length] ?? ''}/v1/p/load/echo`
      while (!ended) {
        const startedMs = performance.now()
        const sample = await once(agent, url, target.token, startedMs)
        samples.push(sample)
        // A refusal comes at once: do not spin on it.
        if (sample.status !== 200) await sleep(20)
      }
    }
    const workers = Array.from({ length: CONNECTIONS }, (_, index) => worker(index))
    try {
      await until(() => (samples.some(({ status }) => status === 200) ? true : undefined), 20_000)
      await work()
    } finally {
      ended = true
      await Promise.all(workers)
      await agent.destroy()
    }
    return samples
  }

  const stale = (samples: readonly Sample[]): Sample[] => {
    return samples.filter(({ startedMs, key }) => startedMs > (deadSince.get(key) ?? Number.POSITIVE_INFINITY))
  }

  it('lets 0 requests that start after the answer use the old value, in 20 replacements', async () => {
    const samples = await underLoad(system.proxies, async () => {
      for (let round = 0; round < 20; round += 1) {
        expect(await replace()).toMatchObject({ by: 'applied' })
        await sleep(50)
      }
    })
    expect(samples.filter(({ status }) => status !== 200)).toEqual([])
    expect(samples.length).toBeGreaterThan(200)
    expect(stale(samples)).toEqual([])
    // Every value was seen but perhaps some of the short-lived: the load did follow.
    expect(new Set(samples.map(({ key }) => key)).size).toBeGreaterThan(10)
  }, 120_000)

  it('does the same with one proxy frozen, which answers nothing stale when it is woken', async () => {
    const frozen = system.running.pids().get('proxy-2') ?? 0
    const samples = await underLoad(system.proxies, async () => {
      process.kill(frozen, 'SIGSTOP')
      const inForce = await replace()
      expect(inForce).toMatchObject({ by: 'horizon' })
      process.kill(frozen, 'SIGCONT')
      await sleep(1_000)
      await replace()
    })
    expect(stale(samples)).toEqual([])
  }, 120_000)

  it('does the same with one proxy killed', async () => {
    const killed = system.running.pids().get('proxy-2') ?? 0
    const samples = await underLoad(system.proxies.slice(0, 1), async () => {
      process.kill(killed, 'SIGKILL')
      for (let round = 0; round < 3; round += 1) await replace()
    })
    expect(samples.filter(({ status }) => status !== 200)).toEqual([])
    expect(stale(samples)).toEqual([])
    await until(() => {
      const again = system.running.pids().get('proxy-2')
      return again !== undefined && again !== killed ? true : undefined
    }, 20_000)
  }, 120_000)

  it('does the same with management restarted in the middle', async () => {
    const samples = await underLoad(system.proxies, async () => {
      await replace()
      process.kill(system.running.pids().get('management') ?? 0, 'SIGKILL')
      await until(
        () =>
          replace().then(
            () => true as const,
            () => undefined,
          ),
        60_000,
      )
      await replace()
    })
    // Without Redis admission is management: requests may be refused while it is away, and nothing worse.
    expect(new Set(samples.map(({ status }) => status).filter((status) => status !== 200 && status !== 503))).toEqual(
      new Set(),
    )
    expect(stale(samples)).toEqual([])
    for (const proxy of system.proxies) {
      const agent = new Agent()
      await until(
        async () => ((await once(agent, `${proxy}/v1/p/load/echo`, target.token, 0)).status === 200 ? true : undefined),
        10_000,
      )
      await agent.close()
    }
  }, 180_000)

  it('leaves no planted value in the databases or the logs', async () => {
    expect(system.planter.planted.length).toBeGreaterThanOrEqual(25)
    expect(await findLeaks(system.running, system.planter.planted)).toEqual([])
  }, 60_000)
})

/** Not the key itself: an answer that holds it is ended by the proxy. */
const told = ({ headers }: Received): Answer => ({
  body: { key: digestOf(String(headers.authorization).replace(/^Bearer /, '')) },
})

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

async function once(agent: Agent, url: string, token: string, startedMs: number): Promise<Sample> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    })
    const text = await body.text()
    const key = statusCode === 200 ? (JSON.parse(text) as { key: string }).key : ''
    return { startedMs, status: statusCode, key }
  } catch {
    // The proxy was killed.
    return { startedMs, status: 503, key: '' }
  }
}
