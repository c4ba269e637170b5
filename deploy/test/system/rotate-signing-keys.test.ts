import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

/** One request of the load: by which session, begun when, and what came of it. */
interface Sample {
  readonly session: number
  readonly startedMs: number
  readonly status: number
}

const WORKERS = 8

describe('rotating the signing keys under load', () => {
  let system: TestSystem
  let provider: StandIn
  let target: Provisioned
  let debugToken = ''
  /** In the order in which they were bought. */
  const sessions: string[] = []

  beforeAll(async () => {
    system = await startTestSystem({ proxies: 2 })
    provider = await startStandIn({ keyOf: ({ headers }) => headers.authorization, answer: () => ({ body: {} }) })
    const value = system.planter.plant('sk-rotate-')
    provider.accept(`Bearer ${value}`)
    target = await provision(system, { slug: 'rotate', origin: provider.origin, value, policy: 'audit' })
    const made = await system.owner.post<{ token: string }>(`${system.org}/apps/${target.appId}/debug-tokens`, {
      name: 'load',
      expiresInHours: 1,
    })
    debugToken = made.token
    await buySession()
  }, 60_000)

  afterAll(async () => {
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  async function buySession(): Promise<void> {
    const answer = await fetch(`${system.proxy}/v1/attest/debug`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: debugToken }),
    })
    expect(answer.status).toBe(200)
    sessions.push(((await answer.json()) as { token: string }).token)
  }

  const send = async (proxy: string, token: string): Promise<number> => {
    const answer = await fetch(`${proxy}/v1/p/rotate/echo`, { headers: { authorization: `Bearer ${token}` } })
    await answer.arrayBuffer()
    return answer.status
  }

  /** Runs the load, on all sessions in turn, until `work` is done, and answers what it saw. */
  async function underLoad(work: () => Promise<void>): Promise<Sample[]> {
    const samples: Sample[] = []
    let ended = false
    const worker = async (index: number): Promise<void> => {
      const proxy = system.proxies[index % system.proxies.length] ?? ''
      for (let turn = 0; !ended; turn += 1) {
        const session = turn % sessions.length
        const startedMs = performance.now()
        samples.push({ session, startedMs, status: await send(proxy, sessions[session] ?? '') })
        if (samples.at(-1)?.status !== 200) await sleep(5)
      }
    }
    const workers = Array.from({ length: WORKERS }, (_, index) => worker(index))
    try {
      await until(() => (samples.length > WORKERS ? true : undefined), 20_000)
      await work()
    } finally {
      ended = true
      await Promise.all(workers)
    }
    return samples
  }

  it('as planned refuses nobody: sessions of both keys are served meanwhile and afterwards', async () => {
    const samples = await underLoad(async () => {
      await system.running.runManagement(['rotate-signing-keys'])
      await buySession()
      await sleep(500)
    })
    expect(samples.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(samples.map(({ session }) => session))).toEqual(new Set([0, 1]))
    const listed = (await (await fetch(`${system.proxy}/.well-known/jwks.json`)).json()) as { keys: unknown[] }
    expect(listed.keys).toHaveLength(2)
  }, 60_000)

  it('after a leak serves 0 requests that start after the answer on any session that was signed before', async () => {
    const before = sessions.length
    let answeredMs = Number.POSITIVE_INFINITY
    const samples = await underLoad(async () => {
      await system.running.runManagement(['rotate-signing-keys', '--now'])
      answeredMs = performance.now()
      await buySession()
      await sleep(500)
    })
    const late = samples.filter(({ startedMs }) => startedMs > answeredMs)
    const served = (old: boolean) => late.filter(({ session, status }) => session < before === old && status === 200)
    expect(late.filter(({ session }) => session < before).length).toBeGreaterThan(50)
    expect(served(true)).toEqual([])
    expect(served(false).length).toBeGreaterThan(0)
    // And nobody was told anything but that the session is none: routes and leases rest on grants of the new key.
    expect(new Set(samples.map(({ status }) => status))).toEqual(new Set([200, 401]))
    for (const proxy of system.proxies) expect(await send(proxy, target.token)).toBe(200)
    const listed = (await (await fetch(`${system.proxy}/.well-known/jwks.json`)).json()) as { keys: unknown[] }
    expect(listed.keys).toHaveLength(1)
  }, 60_000)
})
