import { describe, expect, it } from '@jest/globals'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { AppCredential } from '../identify/credential.js'
import { createSessionKeys } from '../sessions/session-keys.js'
import { createSessionVerifier } from '../sessions/verify-session.js'
import { fresh, HORIZON_MS } from '../test/fresh.js'
import { routeResponse } from '../test/route-response.js'
import { hashOf, sessionSigner } from '../test/session-signer.js'
import { silentLog } from '../test/silent-log.js'
import { createRouteSource } from './held-routes.js'

const credential = (token: string): AppCredential => ({
  kind: token.startsWith('pma_ses_') ? 'session' : 'app-token',
  token,
  hash: hashOf(token),
})

async function make(answer: () => Promise<ResolveRouteResponse__Output> = () => Promise.resolve(routeResponse())) {
  const freshness = fresh()
  const { time, keeper } = freshness
  const { clock } = time
  const log = silentLog()
  const signer = await sessionSigner('key_1', clock.wallMs)
  const listed = { ...signer.keys() }
  const keys = createSessionKeys({ keeper, clock, log, listSessionKeys: () => Promise.resolve(listed) })
  const sessions = createSessionVerifier({ keeper, clock, keys })
  const asked: string[] = []
  const source = createRouteSource({
    keeper,
    clock,
    log,
    sessions,
    resolveRoute: (token, service) => {
      asked.push(`${token.slice(0, 7)} ${service}`)
      return answer()
    },
  })
  /** As a request asks: in memory first. */
  const routes: typeof source = {
    ...source,
    resolve: async (who, service) => source.held(who, service) ?? source.resolve(who, service),
  }
  /** As management does with a key that still verifies: it feeds its next generation, and lists the key under that. */
  const replaceSessionKey = (): void => {
    const label = { kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 } as const
    listed.labels = [label]
    freshness.apply(label)
  }
  return { ...freshness, signer, routes, asked, replaceSessionKey }
}

describe('the route of an app token', () => {
  it('is compiled once and shared by all requests', async () => {
    const { routes, asked } = await make()
    const token = credential(newToken('app'))
    const [one, two] = [await routes.resolve(token, 'openai'), await routes.resolve(token, 'openai')]
    expect(one).toBe(two)
    expect(one).toMatchObject({
      organizationId: 'org_1',
      deviceId: null,
      sessionId: null,
      target: { origin: 'https://api.example.com' },
    })
    expect(one.injection).toEqual([
      {
        kind: 'header',
        name: 'authorization',
        value: [
          { kind: 'literal', text: 'Bearer ' },
          { kind: 'secret', secretId: 'sec_1' },
        ],
      },
    ])
    expect(asked).toHaveLength(1)
  })

  it.each([true, false])(
    'says whether the provider is told the trace exactly as the directory does: %s',
    async (forwardTraceContext) => {
      const { target } = routeResponse()
      if (!target) throw new Error('no target')
      const { routes } = await make(() =>
        Promise.resolve(routeResponse({ target: { ...target, forwardTraceContext } })),
      )
      const route = await routes.resolve(credential(newToken('app')), 'openai')
      expect(route.target.forwardTraceContext).toBe(forwardTraceContext)
    },
  )

  it('is not shared with another token or another service', async () => {
    const { routes, asked } = await make()
    const token = credential(newToken('app'))
    await routes.resolve(token, 'openai')
    await routes.resolve(token, 'stripe')
    await routes.resolve(credential(newToken('app')), 'openai')
    expect(asked).toHaveLength(3)
  })

  it.each([
    'FEED_KIND_ORGANIZATION',
    'FEED_KIND_LEASE_KEYS',
    'FEED_KIND_APP',
    'FEED_KIND_SERVICE',
    'FEED_KIND_LINK',
    'FEED_KIND_SECRET',
  ] as const)('is asked for anew after a row on its %s (EVICT)', async (kind) => {
    const { routes, asked, apply } = await make(() =>
      Promise.resolve(
        routeResponse({ labels: routeResponse().labels.map((label) => ({ ...label, generation: asked.length })) }),
      ),
    )
    const token = credential(newToken('app'))
    await routes.resolve(token, 'openai')
    const id = routeResponse().labels.find((label) => label.kind === kind)?.id ?? ''
    apply({ kind, id, generation: 2 })
    await routes.resolve(token, 'openai')
    expect(asked).toHaveLength(2)
  })

  it('is handed over without waiting once it is held, to this token and for this service alone', async () => {
    const { routes, asked } = await make()
    const token = credential(newToken('app'))
    expect(routes.held(token, 'openai')).toBeUndefined()
    const route = await routes.resolve(token, 'openai')
    expect(routes.held(token, 'openai')).toBe(route)
    expect(routes.held(token, 'stripe')).toBeUndefined()
    expect(routes.held(credential(newToken('app')), 'openai')).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('is not asked for when the token is malformed or the service’s name is no slug', async () => {
    const { routes, asked } = await make()
    await expect(routes.resolve(credential('pma_app_short'), 'openai')).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
    await expect(routes.resolve(credential(newToken('app')), '../x')).rejects.toMatchObject({
      code: 'ENDPOINT_NOT_FOUND',
    })
    expect(asked).toEqual([])
  })

  it('is refused with UNAVAILABLE past the horizon, and is served again after a Sync', async () => {
    const { routes, time, sync } = await make()
    const token = credential(newToken('app'))
    await routes.resolve(token, 'openai')
    time.advance(HORIZON_MS)
    await expect(routes.resolve(token, 'openai')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    sync()
    await routes.resolve(token, 'openai')
  })

  it('lives five minutes at most, even if the directory says longer', async () => {
    const { routes, time } = await make(() => Promise.resolve(routeResponse({ lifeMs: 86_400_000 })))
    const { notAfter } = await routes.resolve(credential(newToken('app')), 'openai')
    expect(notAfter - time.clock.monotonicMs()).toBe(300_000)
  })

  it('has its life counted from before it was asked for, not from the answer (READTIME)', async () => {
    let land: (() => void) | undefined
    const { routes, time } = await make(() => new Promise((resolve) => (land = () => resolve(routeResponse()))))
    const askedAt = time.clock.monotonicMs()
    const waiting = routes.resolve(credential(newToken('app')), 'openai')
    time.advance(2_000)
    land?.()
    expect((await waiting).notAfter).toBe(askedAt + 300_000)
  })

  it('is asked for anew once it was forgotten', async () => {
    const { routes, asked } = await make()
    const token = credential(newToken('app'))
    routes.forget(await routes.resolve(token, 'openai'))
    await routes.resolve(token, 'openai')
    expect(asked).toHaveLength(2)
  })

  it('is refused in the directory’s own words, and the refusal is not kept', async () => {
    const refusal = new Fault('SECRET_NOT_FOUND', 'detail', { say: 'Secret not found: OPENAI_API_KEY.' })
    const { routes, asked } = await make(() => Promise.reject(refusal))
    const token = credential(newToken('app'))
    for (let at = 0; at < 2; at += 1) await expect(routes.resolve(token, 'openai')).rejects.toBe(refusal)
    expect(asked).toHaveLength(2)
  })

  it('is refused with INTERNAL when an injected field cannot be read', async () => {
    const { routes } = await make(() =>
      Promise.resolve(routeResponse({ injection: { fields: [{ value: null, password: null }] } })),
    )
    await expect(routes.resolve(credential(newToken('app')), 'openai')).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('is refused with INTERNAL when a limit cannot be read', async () => {
    const { routes } = await make(() =>
      Promise.resolve(
        routeResponse({
          limits: [{ scope: 'LIMIT_SCOPE_UNSPECIFIED', count: 1, periodMs: 1, burst: 1, allServices: false }],
        }),
      ),
    )
    await expect(routes.resolve(credential(newToken('app')), 'openai')).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('is refused with UNAVAILABLE for one token’s too many services at once, and not for another token', async () => {
    let hang = true
    const { routes } = await make(() => (hang ? new Promise(() => {}) : Promise.resolve(routeResponse())))
    const greedy = credential(newToken('app'))
    const refused: unknown[] = []
    for (let at = 0; at < 200; at += 1) routes.resolve(greedy, `s${at}`).catch((err: unknown) => void refused.push(err))
    await new Promise((resolve) => void setImmediate(resolve))
    expect(refused).toHaveLength(72)
    expect(refused[0]).toMatchObject({ code: 'UNAVAILABLE' })
    hang = false
    await routes.resolve(credential(newToken('app')), 'openai')
  })
})

describe('the route of a session', () => {
  it('is shared by the app’s devices, each with its own ids and labels', async () => {
    const { routes, asked, signer } = await make()
    const one = await routes.resolve(credential(await signer.token({ dvc: 'dvc_1', jti: 'ses_1' })), 'openai')
    const two = await routes.resolve(credential(await signer.token({ dvc: 'dvc_2', jti: 'ses_2' })), 'openai')
    expect(asked).toEqual(['pma_ses openai'])
    expect([one.deviceId, one.sessionId, two.deviceId, two.sessionId]).toEqual(['dvc_1', 'ses_1', 'dvc_2', 'ses_2'])
    expect(two.labels).toContainEqual({ kind: 'FEED_KIND_DEVICE', id: 'dvc_2', generation: 1 })
    expect(two.labels).not.toContainEqual({ kind: 'FEED_KIND_DEVICE', id: 'dvc_1', generation: 1 })
    expect(one.secrets).toBe(two.secrets)
  })

  it('is handed over without waiting once session and route are held, until the session is revoked', async () => {
    const { routes, signer, apply } = await make()
    const session = credential(await signer.token({}))
    const neighbour = credential(await signer.token({ dvc: 'dvc_2', jti: 'ses_2' }))
    expect(routes.held(session, 'openai')).toBeUndefined()
    const route = await routes.resolve(session, 'openai')
    expect(routes.held(session, 'openai')).toBe(route)
    // The route is held, and this session has not been verified.
    expect(routes.held(neighbour, 'openai')).toBeUndefined()
    apply({ kind: 'FEED_KIND_SESSION', id: 'ses_1', generation: 2 })
    expect(routes.held(session, 'openai')).toBeUndefined()
  })

  it('is refused with INTERNAL when the directory’s answer is for another app than the session’s', async () => {
    const { routes, signer } = await make()
    await expect(routes.resolve(credential(await signer.token({ app: 'app_2' })), 'openai')).rejects.toMatchObject({
      code: 'INTERNAL',
    })
  })

  it('is refused with INVALID_TOKEN when the session is revoked while the route is awaited', async () => {
    let land: (() => void) | undefined
    const { routes, signer, apply } = await make(
      () => new Promise((resolve) => (land = () => resolve(routeResponse()))),
    )
    const waiting = routes.resolve(credential(await signer.token({})), 'openai')
    waiting.catch(() => {})
    while (!land) await new Promise((resolve) => void setImmediate(resolve))
    apply({ kind: 'FEED_KIND_SESSION', id: 'ses_1', generation: 2 })
    land()
    await expect(waiting).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  })

  it('is given out when the session’s signing key is replaced as planned while the route is awaited', async () => {
    let land: (() => void) | undefined
    const { routes, signer, replaceSessionKey } = await make(
      () => new Promise((resolve) => (land = () => resolve(routeResponse()))),
    )
    const waiting = routes.resolve(credential(await signer.token({})), 'openai')
    waiting.catch(() => {})
    while (!land) await new Promise((resolve) => void setImmediate(resolve))
    replaceSessionKey()
    land()
    const { labels } = await waiting
    expect(labels).toContainEqual({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 })
  })
})

describe('the route of a test call', () => {
  const wire = () => Promise.resolve({ ...routeResponse(), appId: 'usr_1', target: { ...target(), scrub: false } })
  const target = () => {
    const { target } = routeResponse()
    if (!target) throw new Error('a route without a target')
    return target
  }

  it('is the person’s own, without a device, and has answers scrubbed even if the service turns that off', async () => {
    const { routes, signer } = await make(wire)
    expect(await routes.resolve(credential(await signer.testToken()), 'openai')).toMatchObject({
      appId: 'usr_1',
      deviceId: null,
      sessionId: 'ses_1',
      isTest: true,
      target: { scrub: true },
    })
  })

  it('is refused with INVALID_TOKEN when the session is for another service, even if the route is held', async () => {
    const { routes, signer } = await make(wire)
    await routes.resolve(credential(await signer.testToken()), 'openai')
    const other = credential(await signer.testToken({ svc: 'svc_other' }))
    await expect(routes.resolve(other, 'openai')).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  })

  it('is refused with TOKEN_EXPIRED after its session has ended', async () => {
    const { routes, signer, time } = await make(wire)
    const iat = time.clock.wallMs() / 1_000
    const ended = credential(await signer.testToken({ iat: iat - 100, exp: iat - 70 }))
    await expect(routes.resolve(ended, 'openai')).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
  })
})
