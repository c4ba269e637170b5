import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { silentLog } from '../test/silent-log.js'
import { startUpstream } from '../test/start-upstream.js'
import { createDialler, type Dial } from './dialler.js'
import { createPools, type Pools } from './pools.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A provider that answers when told to, and a record of what was dialled. */
async function provider(
  poolsMax: number,
  clock: Clock = systemClock,
): Promise<{ pools: Pools; origin: string; dialled: URL[]; answers: ServerResponse[] }> {
  const answers: ServerResponse[] = []
  const upstream = await startUpstream((_received, response) => void answers.push(response))
  const origin = `http://127.0.0.1:${upstream.port}`
  const dialled: URL[] = []
  const dial = createDialler({ exempt: privateUpstreams([`127.0.0.1:${upstream.port}`]) })
  const counted: Dial = (to) => {
    dialled.push(to)
    return dial(to)
  }
  const pools = createPools(counted, silentLog(), { clock, poolsMax })
  closers.push(() => pools.destroy(), upstream.close)
  return { pools, origin, dialled, answers }
}

const get = (pools: Pools, organizationId: string, origin: string, headers: string[] = []): Promise<string> =>
  pools
    .get(organizationId, origin)
    .request({ path: '/', method: 'GET', headers })
    .then(({ body }) => body.text())

describe('pools', () => {
  it('never share a socket between organizations, and share it within one', async () => {
    const { pools, origin, dialled, answers } = await provider(8)
    for (const [at, organizationId] of ['org_a', 'org_a', 'org_b'].entries()) {
      const answered = get(pools, organizationId, origin)
      const answer = await until(() => answers[at])
      answer.end('ok')
      expect(await answered).toBe('ok')
      // The library releases a socket one event-loop turn later.
      await until(() => (pools.get(organizationId, origin).stats.free === 1 ? true : undefined))
    }
    expect(dialled).toHaveLength(2)
  })

  it('dial their own origin even if the Host field of a request names another one', async () => {
    const { pools, origin, dialled, answers } = await provider(8)
    const answered = get(pools, 'org_a', origin, ['host', 'elsewhere.example'])
    const answer = await until(() => answers[0])
    answer.end('ok')
    await answered
    expect(dialled.map(String)).toEqual([`${origin}/`])
  })

  it('beyond their bound are closed, the least recently used first, after their requests have ended', async () => {
    const { pools, origin, answers } = await provider(1)
    const first = get(pools, 'org_a', origin)
    const answer = await until(() => answers[0])
    const evicted = pools.get('org_a', origin)
    pools.get('org_b', origin)
    answer.end('whole')
    expect(await first).toBe('whole')
    await until(() => (evicted.closed ? true : undefined))
    expect(pools.get('org_a', origin)).not.toBe(evicted)
  })

  it('are replaced after 15 minutes: a new request dials anew, and one under way still completes', async () => {
    const clock = manualClock()
    const { pools, origin, dialled, answers } = await provider(8, clock)
    const idle = get(pools, 'org_a', origin)
    const long = get(pools, 'org_a', origin)
    await until(() => answers[1])
    answers[0]?.end('at once')
    expect(await idle).toBe('at once')
    const old = pools.get('org_a', origin)
    clock.advance(15 * 60_000)
    expect(pools.get('org_a', origin)).toBe(old)
    clock.advance(1)
    const late = get(pools, 'org_a', origin)
    const answer = await until(() => answers[2])
    answer.end('late')
    answers[1]?.end('whole')
    expect(await Promise.all([late, long])).toEqual(['late', 'whole'])
    expect(dialled).toHaveLength(3)
    await until(() => (old.destroyed ? true : undefined))
  })

  it('abort requests under way when they are destroyed, also on a pool that was already replaced', async () => {
    const { pools, origin, answers } = await provider(1)
    const cut = get(pools, 'org_a', origin).catch((err: Error) => err.name)
    await until(() => answers[0])
    pools.get('org_b', origin)
    await pools.destroy()
    expect(await cut).toBe('ClientDestroyedError')
  })
})
