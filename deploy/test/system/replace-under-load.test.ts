import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { randomPassword } from '../../src/system/local-files.js'
import { CONNECTIONS, type More, underLoad, untilServed } from './load.js'
import { type Provisioned, provision } from './provision.js'
import { describeInRedisModes, REDIS_STOPPED, REDIS_THERE, type RedisMode } from './redis-modes.js'
import { type ReplicatedRedis, startReplicatedRedis } from './replicated-redis.js'
import { type Answer, type Received, type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

/** What one request of the load saw. */
interface Sample {
  /** When it was sent. */
  readonly startedMs: number
  readonly status: number
  /** Digest of the key that arrived, as the stand-in answers it. */
  readonly key: string
}

/** The horizon is short, so that a writer that waits for a lost proxy does not make the test long. */
const HORIZON_MS = 3_000

describe('replacing a value under load', () => {
  let system: TestSystem
  let provider: StandIn
  let target: Provisioned
  /** When each value's successor was answered as being in force. */
  const deadSince = new Map<string, number>()
  let current = ''
  /** Where Redis is installed, the test includes its failover. */
  let replicated: ReplicatedRedis | undefined

  beforeAll(async () => {
    if (testRedisBinary() !== undefined) replicated = await startReplicatedRedis(randomPassword())
    const extra = { management: { PMA_HORIZON_MS: String(HORIZON_MS) } }
    system = await startTestSystem({ proxies: 2, redis: replicated ?? 'none', extra })
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

  /** What the requests of a load saw while `work` was going on. */
  const samplesUnderLoad = async (
    proxies: readonly string[],
    work: (more: More) => Promise<void>,
  ): Promise<Sample[]> => {
    const seen = await underLoad({ proxies, token: () => target.token, path: () => '/v1/p/load/echo' }, work)
    return seen.map(({ startedMs, status, body }) => {
      const key = status === 200 ? (JSON.parse(body) as { key: string }).key : ''
      return { startedMs, status, key }
    })
  }

  const stale = (samples: readonly Sample[]): Sample[] => {
    return samples.filter(({ startedMs, key }) => startedMs > (deadSince.get(key) ?? Number.POSITIVE_INFINITY))
  }

  describeInRedisModes(
    () => system,
    (mode, isFirst) => {
      const replacements = isFirst ? 12 : 5
      it(`lets 0 requests that start after the answer use the old value, in ${replacements} replacements`, async () => {
        const values = [digestOf(current)]
        const samples = await samplesUnderLoad(system.proxies, async (more) => {
          for (let round = 0; round < replacements; round += 1) {
            expect(await replace()).toMatchObject({ by: 'applied' })
            values.push(digestOf(current))
            // At least one of these began after the answer.
            await more(CONNECTIONS + 1)
          }
        })
        expect(samples.filter(({ status }) => status !== 200)).toEqual([])
        expect(stale(samples)).toEqual([])
        expect(new Set(samples.map(({ key }) => key))).toEqual(new Set(values))
        expect(system.planter.planted.length).toBeGreaterThan(replacements)
      }, 120_000)

      if (isFirst) testProxiesLost(mode)
      // Without Redis, management admits.
      if (isFirst || mode === REDIS_STOPPED) testManagementRestarted()
    },
  )

  function testProxiesLost(mode: RedisMode): void {
    const failingOver = () => (mode === REDIS_THERE ? replicated : undefined)
    const alsoFailsOver = mode === REDIS_THERE ? ' and Redis failed over to a replica that is behind' : ''
    it(`lets 0 requests after the answer use the old value, a proxy frozen and woken${alsoFailsOver}`, async () => {
      const frozen = system.running.pids().get('proxy-2') ?? 0
      const [, woken = ''] = system.proxies
      const samples = await samplesUnderLoad(system.proxies, async (more) => {
        await failingOver()?.leaveBehind()
        await replace()
        process.kill(frozen, 'SIGSTOP')
        await failingOver()?.failOver()
        const inForce = await replace()
        expect(inForce).toMatchObject({ by: 'horizon' })
        process.kill(frozen, 'SIGCONT')
        await untilServed(`${woken}/v1/p/load/echo`, target.token, 20_000)
        expect(await replace()).toMatchObject({ by: 'applied' })
        await more(CONNECTIONS + 1)
      })
      expect(stale(samples)).toEqual([])
    }, 120_000)

    it('lets 0 requests after the answer use the old value when a proxy is killed; the other refuses 0', async () => {
      const killed = system.running.pids().get('proxy-2') ?? 0
      const samples = await samplesUnderLoad(system.proxies.slice(0, 1), async () => {
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
  }

  function testManagementRestarted(): void {
    it('lets 0 requests after the answer use the old value when management is killed in the middle', async () => {
      const samples = await samplesUnderLoad(system.proxies, async () => {
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
      // Without Redis, management admits: while it is away requests may be refused, and nothing worse may happen.
      expect(
        new Set(
          samples.map(({ status }) => status).filter((status) => status !== 200 && status !== 503 && status !== 0),
        ),
      ).toEqual(new Set())
      expect(stale(samples)).toEqual([])
      for (const proxy of system.proxies) await untilServed(`${proxy}/v1/p/load/echo`, target.token, 10_000)
    }, 180_000)
  }
})

/** The digest instead of the key, because the proxy ends an answer that contains the key. */
const told = ({ headers }: Received): Answer => ({
  body: { key: digestOf(String(headers.authorization).replace(/^Bearer /, '')) },
})

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
