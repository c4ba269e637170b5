import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { buySession } from '../../src/demo/buy-session.js'
import { findLeaks } from './find-leaks.js'
import { type Provisioned, provision } from './provision.js'
import { REDIS_FLUSHED, REDIS_STOPPED, REDIS_THERE } from './redis-modes.js'
import { type StandIn, startStandIn } from './stand-in.js'
import type { TestSystem } from './start-test-system.js'

/** Stops and flushes Redis, which is there again at the end. */
export function describeMainJob(started: () => TestSystem): void {
  describe('the main job', () => {
    let system: TestSystem
    let provider: StandIn
    let target: Provisioned
    let value = ''

    beforeAll(async () => {
      system = started()
      provider = await startStandIn({
        keyOf: ({ headers }) => headers.authorization,
        answer: ({ body }) => ({ body: { heard: body.toString() } }),
      })
      value = system.planter.plant('sk-main-')
      provider.accept(`Bearer ${value}`)
      target = await provision(system, { slug: 'job', origin: provider.origin, value, policy: 'enforce' })
    }, 60_000)

    afterAll(async () => {
      await provider?.stop()
    }, 60_000)

    const send = (token: string, path = '/v1/p/job/echo'): Promise<Response> => {
      return fetch(`${system.proxy}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: 'hello',
      })
    }

    const debugTokens = (): string => `${system.org}/apps/${target.appId}/debug-tokens`

    const session = async (): Promise<string> => {
      const asked = { name: 'test', expiresInHours: 1 }
      const { token: debugToken } = await system.owner.post<{ token: string }>(debugTokens(), asked)
      return buySession(system.proxy, debugToken)
    }

    const revokeAll = async (): Promise<void> => {
      const { items } = await system.owner.get<{ items: { id: string }[] }>(debugTokens())
      for (const { id } of items) await system.owner.remove(`${debugTokens()}/${id}`)
    }

    /** The records of a request in the access log, once the request has its end. */
    const recordsOf = (requestId: unknown): Promise<Record<string, unknown>[]> =>
      until(async () => {
        const { items } = await system.owner.get<{ items: Record<string, unknown>[] }>(`${system.org}/access-log`)
        const found = items.filter((item) => item.requestId === requestId)
        return found.some(({ state }) => state === 'finished') ? found : undefined
      }, 20_000)

    it('is refused with 403 to an app token alone if the app’s policy is enforce', async () => {
      const answer = await send(target.token)
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'ATTESTATION_REQUIRED' })
      expect(provider.received).toEqual([])
    })

    it('puts the key into a request that carries a session, and records the request', async () => {
      const answer = await send(await session())
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ heard: 'hello' })
      expect(provider.received.at(-1)?.headers.authorization).toBe(`Bearer ${value}`)
      const records = await recordsOf(answer.headers.get('pma-request-id'))
      expect(records).toMatchObject([{ method: 'POST', path: '/echo', status: 200 }])
    }, 30_000)

    it('can be done by a person’s test call, which is recorded and never shows the key', async () => {
      const service = `${system.org}/services/job`
      const asked = { method: 'POST', path: '/echo', headers: { 'content-type': 'text/plain' } }
      const test = (body: string) =>
        system.owner.post<Record<string, unknown>>(`${service}/test-call`, { ...asked, body })
      const answer = await test('hello')
      expect(answer).toMatchObject({ status: 200, complete: true, body: '{"heard":"hello"}' })
      expect(provider.received.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${value}` })
      expect(JSON.stringify(provider.received.at(-1)?.headers)).not.toContain('pma_ses_')
      const records = await recordsOf(answer.requestId)
      expect(records).toMatchObject([{ method: 'POST', path: '/echo', status: 200, platform: 'test' }])
      // Also where the service does not have its answers searched, because a person reads this answer.
      await system.owner.patch(service, { scrub: false })
      const echoed = await test(value)
      expect(JSON.stringify(echoed)).not.toContain(value)
      expect(echoed).toMatchObject({ status: 502, body: expect.stringContaining('UPSTREAM_LEAKED_KEY') })
      await system.owner.patch(service, { scrub: true })
    }, 30_000)

    it('is refused with 401 as soon as its debug token is revoked', async () => {
      const token = await session()
      expect((await send(token)).status).toBe(200)
      await revokeAll()
      const before = provider.received.length
      expect((await send(token)).status).toBe(401)
      expect(provider.received.length).toBe(before)
    })

    describeWithRedis('whatever becomes of Redis', () => {
      const requestIds: (string | null)[] = []

      it.each([REDIS_FLUSHED, REDIS_THERE, REDIS_STOPPED])(
        'is done, and is refused with 401 as soon as its debug token is revoked, $name',
        async (mode) => {
          const running = await mode.begin(system)
          try {
            const token = await session()
            const before = provider.received.length
            const answer = await send(token)
            expect([answer.status, await answer.json()]).toEqual([200, { heard: 'hello' }])
            expect(provider.received.at(-1)?.headers.authorization).toBe(`Bearer ${value}`)
            requestIds.push(answer.headers.get('pma-request-id'))
            await revokeAll()
            expect((await send(token)).status).toBe(401)
            expect(provider.received.length - before).toBe(1)
            await running.expectShown()
          } finally {
            await running.end()
          }
        },
        30_000,
      )

      // All together, because entries lost in a flush are recorded again only after five seconds.
      it('is on record once for each of these states of Redis', async () => {
        expect(requestIds).toHaveLength(3)
        for (const requestId of requestIds) expect(await recordsOf(requestId)).toHaveLength(1)
      }, 30_000)
    })

    it('is answered SECRET_NOT_FOUND when its secret was deleted by force', async () => {
      const token = await session()
      await expect(system.owner.remove(`${system.org}/secrets/${target.secretId}`)).rejects.toMatchObject({
        status: 409,
        code: 'SECRET_IN_USE',
      })
      await system.owner.remove(`${system.org}/secrets/${target.secretId}?force=true`)
      const before = provider.received.length
      const answer = await send(token)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'SECRET_NOT_FOUND' })
      expect(provider.received.length).toBe(before)
    })

    it('leaves no planted value in the databases, Redis or the logs', async () => {
      expect(await findLeaks(system, system.planter.planted)).toEqual([])
      // The search does find what is there, such as the id of the secret.
      expect(await findLeaks(system, [target.secretId])).not.toEqual([])
    })
  })
}
