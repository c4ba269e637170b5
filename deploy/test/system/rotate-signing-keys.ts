import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type More, underLoad } from './load.js'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import type { TestSystem } from './start-test-system.js'

/** One request of the load: its session, when it began, and its outcome. */
interface Sample {
  readonly session: number
  readonly startedMs: number
  readonly status: number
}

/** Requests to each proxy after a rotation: more than were under way when it was answered. */
const BEHIND = 100

/** Two proxies. */
export function describeSigningKeys(started: () => TestSystem): void {
  describe('of signing keys', () => {
    let system: TestSystem
    let provider: StandIn
    let target: Provisioned
    let debugToken = ''
    /** In the order in which they were bought. */
    const sessions: string[] = []

    beforeAll(async () => {
      system = started()
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

    /** What requests saw while `work` was done; they used all sessions in turn. */
    async function samplesUnderLoad(work: (more: More) => Promise<void>): Promise<Sample[]> {
      const token = (number: number): string => sessions[number % sessions.length] ?? ''
      const seen = await underLoad({ proxies: system.proxies, token, path: () => '/v1/p/rotate/echo' }, work)
      return seen.map(({ token, startedMs, status }) => ({ session: sessions.indexOf(token), startedMs, status }))
    }

    it('as planned, refuses no request: sessions of the old and of the new key are served', async () => {
      const samples = await samplesUnderLoad(async (more) => {
        await system.running.runManagement(['rotate-signing-keys'])
        await buySession()
        await more(BEHIND)
      })
      expect(samples.filter(({ status }) => status !== 200)).toEqual([])
      expect(new Set(samples.map(({ session }) => session))).toEqual(new Set([0, 1]))
      const listed = (await (await fetch(`${system.proxy}/.well-known/jwks.json`)).json()) as { keys: unknown[] }
      expect(listed.keys).toHaveLength(2)
    }, 60_000)

    it('after a leak, serves 0 requests after its answer with a session that was signed before', async () => {
      const before = sessions.length
      let answeredMs = Number.POSITIVE_INFINITY
      const samples = await samplesUnderLoad(async (more) => {
        await system.running.runManagement(['rotate-signing-keys', '--now'])
        answeredMs = performance.now()
        await buySession()
        await more(BEHIND)
      })
      const late = samples.filter(({ startedMs }) => startedMs > answeredMs)
      const served = (old: boolean) => late.filter(({ session, status }) => session < before === old && status === 200)
      expect(late.filter(({ session }) => session < before).length).toBeGreaterThan(50)
      expect(served(true)).toEqual([])
      expect(served(false).length).toBeGreaterThan(0)
      // The only refusals say that the session is not valid, because routes and leases already use grants of the new
      // key.
      expect(new Set(samples.map(({ status }) => status))).toEqual(new Set([200, 401]))
      for (const proxy of system.proxies) {
        const headers = { authorization: `Bearer ${target.token}` }
        expect((await fetch(`${proxy}/v1/p/rotate/echo`, { headers })).status).toBe(200)
      }
      const listed = (await (await fetch(`${system.proxy}/.well-known/jwks.json`)).json()) as { keys: unknown[] }
      expect(listed.keys).toHaveLength(1)
    }, 60_000)
  })
}
