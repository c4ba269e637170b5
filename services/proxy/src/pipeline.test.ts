import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { TooCrowded } from './fairness/crowd.js'
import { GrantRefused } from './lease/lease-source.js'
import { heldSecret, routeTo } from './test/fake-data-plane.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from './test/start-proxy.js'
import { startUpstream, type Upstream } from './test/start-upstream.js'

let upstream: Upstream
let proxy: ProxyUnderTest

beforeEach(async () => {
  upstream = await startUpstream(({ url }, response) => {
    const status = Number(/\/status\/(\d+)/.exec(url)?.[1] ?? 200)
    response.writeHead(
      status,
      [
        ['X-Request-Id', 'up-1'],
        ['X-Many', 'a'],
        ['x-many', 'b'],
        ['Set-Cookie', 's=1'],
        ['Access-Control-Allow-Origin', '*'],
        ['Alt-Svc', 'h3=":443"'],
        ['NEL', '{"report_to":"up","max_age":600,"request_headers":["Authorization"]}'],
        ['Report-To', '{"group":"up","max_age":600,"endpoints":[{"url":"https://up.example"}]}'],
        ['Reporting-Endpoints', 'up="https://up.example"'],
        ['Strict-Transport-Security', 'max-age=600; includeSubDomains'],
        ['Clear-Site-Data', '"*"'],
        ['Server-Timing', 'db;dur=5'],
        ['Content-Type', 'application/json'],
        ['pma-request-id', 'forged'],
        ...(status === 302 ? [['Location', 'https://elsewhere.example/x']] : []),
      ].flat(),
    )
    response.end('{"provider":"says"}')
  })
  proxy = await startProxy(upstream.port)
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

const problem = (answer: { body: string }): { code?: string; detail?: string } => JSON.parse(answer.body)
const names = (raw: readonly string[]): string[] => raw.filter((_name, at) => at % 2 === 0)

describe('a request', () => {
  it('leaves with the provider’s key and without the app’s credential', async () => {
    const answer = await proxy.send('POST', '/v1/p/up/v1/chat/completions?a=%2f+b', {
      headers: {
        Authorization: `Bearer ${APP_TOKEN}`,
        Cookie: 'c=1',
        'pma-app-version': '3.1',
        'X-Own': 'kept',
        'Content-Type': 'application/json',
      },
      body: '{"model":"m"}',
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toBe('{"provider":"says"}')
    const [received] = upstream.received
    expect(received?.url).toBe('/v1/chat/completions?a=%2f+b')
    expect(received?.body.toString()).toBe('{"model":"m"}')
    expect(received?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      host: `127.0.0.1:${upstream.port}`,
      'accept-encoding': 'identity',
      'x-own': 'kept',
    })
    expect(JSON.stringify(received)).not.toMatch(/pma|cookie/i)
    expect(proxy.plane.asked).toMatchObject([{ kind: 'app-token', token: APP_TOKEN }])
  })

  it('is recorded with its method, path without query, source and app version, and with how it ended', async () => {
    await proxy.send('POST', '/v1/p/up/v1/x?secret=1', {
      headers: { 'x-api-key': APP_TOKEN, 'pma-app-version': '3.1' },
      body: 'four',
    })
    const [entry] = proxy.plane.recorded
    expect(entry?.request).toMatchObject({
      method: 'POST',
      path: '/v1/x',
      sourceAddress: '127.0.0.1',
      appVersion: '3.1',
    })
    await until(() => entry?.ends[0])
    expect(entry?.ends).toEqual([
      {
        finished: {
          status: 200,
          fault: null,
          requestBytes: 4,
          responseBytes: 19,
          upstreamMs: expect.any(Number),
          totalMs: expect.any(Number),
          aborted: false,
        },
      },
    ])
    expect(proxy.plane.followed).toBe(0)
  })

  it('gets the provider’s fields as they are, without those not for phones, and with the proxy’s own', async () => {
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(names(answer.rawHeaders)).toEqual([
      'X-Request-Id',
      'X-Many',
      'x-many',
      'Server-Timing',
      'Content-Type',
      'Date',
      'pma-request-id',
      'server-timing',
      'Connection',
      'Transfer-Encoding',
    ])
    expect(answer.headers['pma-request-id']).toMatch(/^req_/)
    expect(answer.headers['server-timing']).toMatch(/^db;dur=5, pma;dur=[\d.]+$/)
  })

  it.each([400, 404, 409, 422, 429, 500, 503])(
    'gets the provider’s own status %d with its body, after one attempt',
    async (status) => {
      const answer = await proxy.send('GET', `/v1/p/up/status/${status}`)
      expect(answer).toMatchObject({ status, body: '{"provider":"says"}' })
      expect(answer.headers['x-should-retry']).toBeUndefined()
      expect(upstream.received).toHaveLength(1)
    },
  )

  it('gets a redirect that the proxy did not follow, without a Location that leads past the proxy', async () => {
    const answer = await proxy.send('GET', '/v1/p/up/status/302')
    expect(answer).toMatchObject({ status: 302, body: '{"provider":"says"}' })
    expect(answer.headers.location).toBeUndefined()
    expect(upstream.received).toHaveLength(1)
  })

  it.each([
    [401, 502, 'UPSTREAM_REJECTED_KEY'],
    [403, 403, 'UPSTREAM_FORBIDDEN'],
  ])(
    'gets in place of the provider’s %d, whose body may quote the key, the proxy’s own %d %s',
    async (theirs, ours, code) => {
      const answer = await proxy.send('GET', `/v1/p/up/status/${theirs}`)
      expect(answer.status).toBe(ours)
      expect(answer.body).not.toContain('provider":"says')
      expect(problem(answer)).toMatchObject({ code, status: ours, error: { code, type: 'protectmyapi_error' } })
      expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'stripe-should-retry': 'false' })
      await until(() => proxy.plane.recorded[0]?.ends[0])
      expect(proxy.plane.recorded[0]?.ends).toMatchObject([{ finished: { status: ours, fault: code } }])
    },
  )

  it('gets the provider’s 401 unchanged if nothing is injected', async () => {
    proxy.plane.routeOf.set('up', routeTo(`http://127.0.0.1:${upstream.port}`, { injection: [], secrets: new Map() }))
    expect(await proxy.send('GET', '/v1/p/up/status/401')).toMatchObject({ status: 401, body: '{"provider":"says"}' })
    expect(upstream.received[0]?.headers.authorization).toBeUndefined()
  })
})

describe('a refusal', () => {
  it('of a request without a credential says so in the form that SDKs read, and tells them not to retry', async () => {
    const answer = await proxy.send('POST', '/v1/p/up/x', { headers: {}, body: '{}' })
    expect(answer.status).toBe(401)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-should-retry': 'false',
      'stripe-should-retry': 'false',
    })
    expect(problem(answer)).toEqual({
      type: 'urn:protectmyapi:fault:UNAUTHORIZED',
      title: 'UNAUTHORIZED',
      status: 401,
      code: 'UNAUTHORIZED',
      detail: expect.stringContaining('No credential was found'),
      requestId: answer.headers['pma-request-id'],
      error: {
        code: 'UNAUTHORIZED',
        type: 'protectmyapi_error',
        message: expect.stringContaining('No credential was found'),
      },
    })
    expect(upstream.received).toEqual([])
  })

  it.each([
    ['GET', '/v1/p/none/x', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET', '/v1/p/UP/x', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET', '/v1/p//x', 400, 'PATH_NOT_ALLOWED'],
    ['GET', '/v1/p/up/../other/x', 400, 'PATH_NOT_ALLOWED'],
    ['GET', '/v1/p/up/%2e%2e/x', 400, 'PATH_NOT_ALLOWED'],
    ['GET', 'http://127.0.0.1/v1/p/up/x', 400, 'PATH_NOT_ALLOWED'],
    ['TRACE', '/v1/p/up/x', 405, 'INVALID_METHOD'],
    ['GET', `/v1/p/up/x/${APP_TOKEN}`, 400, 'INVALID_REQUEST'],
    ['GET', '/v1/p/up/pma%255fdbg_abc', 400, 'INVALID_REQUEST'],
  ])('%s %s → %d %s, nothing recorded, nothing sent', async (method, path, status, code) => {
    const answer = await proxy.send(method, path)
    expect([answer.status, problem(answer).code]).toEqual([status, code])
    expect(upstream.received).toEqual([])
    expect(proxy.plane.recorded).toEqual([])
  })

  it('for a rate limit (429) names the limit and when to come back, and lets SDKs retry', async () => {
    proxy.plane.says.limited = { scope: 'device', count: 100, periodMs: 60_000, retryAfterMs: 11_200 }
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({
      'retry-after': '12',
      ratelimit: '"device";r=0;t=12',
      'ratelimit-policy': '"device";q=100;w=60',
    })
    expect(answer.headers['x-should-retry']).toBeUndefined()
    expect(upstream.received).toEqual([])
  })

  it('for a quota (429) names the quota and when to come back, and tells SDKs not to retry', async () => {
    const endsAtMs = Date.UTC(2026, 1, 1)
    const startsAtMs = Date.UTC(2026, 0, 1)
    const quota = { scope: 'app', period: 'month', count: 100 } as const
    proxy.plane.says.exceeded = { ...quota, startsAtMs, endsAtMs, retryAfterMs: 3_600_000.5 }
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, problem(answer).code]).toEqual([429, 'QUOTA_EXCEEDED'])
    expect(problem(answer).detail).toContain('of this app, 100 requests per month')
    expect(answer.headers).toMatchObject({
      'retry-after': '3601',
      ratelimit: '"app-month";r=0;t=3601',
      'ratelimit-policy': '"app-month";q=100;w=2678400',
      'x-should-retry': 'false',
    })
    expect(upstream.received).toEqual([])
  })

  it('of the record refuses the request with 503, and nothing is sent to the provider', async () => {
    proxy.plane.says.admit = new Fault('UNAVAILABLE', 'no inbox')
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('1')
    expect(upstream.received).toEqual([])
  })

  it('after admission, for a secret that is unusable, missing or bound elsewhere, voids the entry', async () => {
    proxy.plane.says.lease = new Fault('SECRET_DECRYPTION_FAILED', 'sec_1 did not open')
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(500)
    proxy.plane.says.lease = null
    proxy.plane.secrets.clear()
    const missing = await proxy.send('GET', '/v1/p/up/x')
    expect(problem(missing)).toMatchObject({
      code: 'SECRET_NOT_FOUND',
      detail: expect.stringContaining('EXAMPLE_API_KEY'),
    })
    proxy.plane.secrets.set(
      'sec_1',
      heldSecret('sec_1', KEY, {
        origins: ['https://bound.example'],
        placements: [{ kind: 'header', name: 'authorization' }],
      }),
    )
    expect(problem(await proxy.send('GET', '/v1/p/up/x'))).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    expect(proxy.plane.recorded.map(({ ends }) => ends)).toEqual([
      [{ voided: 'SECRET_DECRYPTION_FAILED' }],
      [{ voided: 'SECRET_NOT_FOUND' }],
      [{ voided: 'DESTINATION_NOT_ALLOWED' }],
    ])
    expect(upstream.received).toEqual([])
  })

  it('of a private address (403) voids the entry, and nothing is sent', async () => {
    const strict = await startProxy(upstream.port, { exempt: [] })
    const answer = await strict.send('GET', '/v1/p/up/x')
    expect([answer.status, problem(answer).code]).toEqual([403, 'DESTINATION_NOT_ALLOWED'])
    expect(strict.plane.recorded[0]?.ends).toEqual([{ voided: 'DESTINATION_NOT_ALLOWED' }])
    expect(upstream.received).toEqual([])
    await strict.close()
  })

  it('for a provider that cannot be reached (502) voids the entry, and tells SDKs not to retry', async () => {
    await upstream.close()
    const answer = await proxy.send('POST', '/v1/p/up/x', { headers: { 'x-api-key': APP_TOKEN }, body: 'x' })
    expect([answer.status, problem(answer).code]).toEqual([502, 'UPSTREAM_UNREACHABLE'])
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(proxy.plane.recorded.map(({ ends }) => ends)).toEqual([[{ voided: 'UPSTREAM_UNREACHABLE' }]])
    upstream = await startUpstream((_received, response) => response.end())
  })

  it('with 503 meets a request when no more may be under way', async () => {
    const busy = await startProxy(upstream.port, { underWayMax: 0 })
    expect((await busy.send('GET', '/v1/p/up/x')).status).toBe(503)
    await busy.close()
  })

  it('with 503, when too many requests hang at a provider, meets their own organization alone', async () => {
    const hung = await startUpstream(() => {})
    const shared = await startProxy(upstream.port, {
      underWayMax: 3,
      exempt: [`127.0.0.1:${upstream.port}`, `127.0.0.1:${hung.port}`],
    })
    const origins = [upstream.port, hung.port].map((port) => `http://127.0.0.1:${port}`)
    shared.plane.routeOf.set('hung', routeTo(origins[1] ?? '', { organizationId: 'org_h' }))
    const placements = [{ kind: 'header', name: 'authorization' }] as const
    shared.plane.secrets.set('sec_1', heldSecret('sec_1', KEY, { origins, placements }))
    const waiting = Array.from({ length: 3 }, () => shared.send('GET', '/v1/p/hung/x').catch(() => undefined))
    await until(() => (hung.received.length === 3 ? true : undefined))
    expect((await shared.send('GET', '/v1/p/hung/x')).status).toBe(503)
    expect((await shared.send('GET', '/v1/p/up/x')).status).toBe(200)
    await hung.close()
    await Promise.all(waiting)
    await shared.close()
  })

  it('as too crowded (503) says when to come again, and the connection is not read until then', async () => {
    proxy.plane.says.resolve = new TooCrowded(1)
    const socket = connect(proxy.port, '127.0.0.1')
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    const body = 'x'.repeat(100)
    const post = `POST /v1/p/up/x HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${APP_TOKEN}\r\ncontent-length: 100\r\n\r\n${body}`
    socket.write(post)
    await until(() => (heard.includes('"error"') ? true : undefined))
    expect(heard).toMatch(/^HTTP\/1.1 503 .*\r\nretry-after: 1\r\n/is)
    const askedAt = performance.now()
    proxy.plane.says.resolve = null
    socket.write(post)
    await until(() => (heard.includes('HTTP/1.1 200') ? true : undefined))
    // A timer never fires early.
    expect(performance.now() - askedAt).toBeGreaterThan(500)
    socket.destroy()
  })

  it('as too crowded (503) does not hold up later requests over the same connection of a trusted proxy', async () => {
    await proxy.close()
    proxy = await startProxy(upstream.port, { proxies: ['127.0.0.1'] })
    // Longer than the wait below: if the connection were not read until then, nothing would be heard.
    proxy.plane.says.resolve = new TooCrowded(60)
    const socket = connect(proxy.port, '127.0.0.1')
    let heard = ''
    socket.on('error', () => {}) // it is cut where nothing was heard
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    const get = `GET /v1/p/up/x HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${APP_TOKEN}\r\n\r\n`
    socket.write(get)
    await until(() => (heard.includes('"error"') ? true : undefined))
    expect(heard).toMatch(/^HTTP\/1.1 503 .*\r\nretry-after: 60\r\n/is)
    proxy.plane.says.resolve = null
    socket.write(get)
    await until(() => (heard.includes('HTTP/1.1 200') ? true : undefined))
    socket.destroy()
  })

  it('with 500 never shows a value, a token or a detail of the fault', async () => {
    proxy.plane.says.resolve = new Fault('INTERNAL', `detail with ${KEY}`)
    const answer = await proxy.send('GET', '/v1/p/up/x', { headers: { 'x-api-key': newToken('app') } })
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer)).not.toMatch(/sk-test|detail with|pma_app_/)
  })
})

describe('a change during a request', () => {
  const APP = { kind: 'FEED_KIND_APP', id: 'app_1' } as const

  it('before anything is sent makes the request start again, and voids its first entry', async () => {
    const newer = routeTo(`http://127.0.0.1:${upstream.port}`, { labels: [{ ...APP, generation: 2 }] })
    proxy.plane.says.duringLease = () => {
      proxy.plane.says.duringLease = () => {}
      proxy.plane.routeOf.set('up', newer)
      proxy.plane.fell({ ...APP, generation: 2 })
    }
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(answer.status).toBe(200)
    const [first, second] = proxy.plane.recorded
    expect(first?.ends).toEqual([{ voided: 'UNAVAILABLE' }])
    expect(second?.request.requestId).toBe(answer.headers['pma-request-id'])
    expect(first?.request.requestId).not.toBe(second?.request.requestId)
    expect(upstream.received).toHaveLength(1)
  })

  /** This many changes come in, each while a request is being admitted. The route is current after each. */
  function change({ plane }: ProxyUnderTest, times: number, beside = (): void => {}): void {
    let generation = 1
    plane.says.duringAdmit = () => {
      if (generation > times) return
      generation += 1
      plane.routeOf.set('up', routeTo(`http://127.0.0.1:${upstream.port}`, { labels: [{ ...APP, generation }] }))
      plane.fell({ ...APP, generation })
      beside()
    }
  }

  it('once the provider has the request leads to 503 CHANGED_UNDER_WAY, which SDKs are told not to retry', async () => {
    const silent = await startUpstream(() => {})
    const to = await startProxy(silent.port)
    to.plane.routeOf.set('up', routeTo(`http://127.0.0.1:${silent.port}`, { labels: [{ ...APP, generation: 1 }] }))
    const asked = to.send('POST', '/v1/p/up/x', { headers: { 'x-api-key': APP_TOKEN }, body: 'x' })
    await until(() => (silent.received.length === 1 ? true : undefined))
    to.plane.fell({ ...APP, generation: 2 })
    const answer = await asked
    expect([answer.status, problem(answer).code]).toEqual([503, 'CHANGED_UNDER_WAY'])
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'stripe-should-retry': 'false' })
    expect(answer.headers['retry-after']).toBeUndefined()
    expect(to.plane.recorded.map(({ ends }) => ends)).toMatchObject([
      [{ finished: { status: 503, fault: 'CHANGED_UNDER_WAY' } }],
    ])
    await to.close()
    await silent.close()
  })

  it('nineteen times in a row is waited out, and the request is sent and draws from limits once', async () => {
    change(proxy, 19)
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(200)
    const { recorded } = proxy.plane
    expect(recorded.filter(({ ends }) => ends.some((end) => 'voided' in end))).toHaveLength(19)
    expect(upstream.received).toHaveLength(1)
    // So limits are drawn from once.
    expect(recorded.at(-1)?.request.admittedBy).toEqual(recorded.map(({ request }) => request.route))
  })

  it('at each of its beginnings leads to 503 after the twentieth, and nothing is sent', async () => {
    change(proxy, Number.POSITIVE_INFINITY)
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(503)
    expect(proxy.plane.recorded.length).toBe(20)
    expect(upstream.received).toEqual([])
    expect(proxy.plane.followed).toBe(0)
  })

  it('is not assumed for ever if the vault refuses grants: the third refusal leads to 503', async () => {
    proxy.plane.says.lease = new GrantRefused('the vault refused the grant')
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(503)
    expect(proxy.plane.recorded.length).toBe(3)
    expect(upstream.received).toEqual([])
  })

  it('at each of its beginnings leads to 503 after five seconds, even before the twentieth', async () => {
    const clock = manualClock()
    const slow = await startProxy(upstream.port, { clock })
    try {
      change(slow, Number.POSITIVE_INFINITY, () => clock.advance(1_249))
      expect((await slow.send('GET', '/v1/p/up/x')).status).toBe(503)
      // Not at 4,996 ms, but at 6,245.
      expect(slow.plane.recorded.length).toBe(5)
      expect(upstream.received).toEqual([])
    } finally {
      await slow.close()
    }
  })
})

it('the proxy passes the provider’s own limit fields on unchanged, and adds none of its own', async () => {
  const own = ['RateLimit', '"gpt";r=9;t=1', 'RateLimit-Policy', '"gpt";q=10;w=60', 'Retry-After', '7']
  const provider = await startUpstream((_received, response) => response.writeHead(429, own).end())
  const through = await startProxy(provider.port)
  try {
    const { status, rawHeaders } = await through.send('GET', '/v1/p/up/x')
    const limits = rawHeaders.filter((_value, at) =>
      /^(?:ratelimit|retry-after)/i.test(rawHeaders[at - (at % 2)] ?? ''),
    )
    expect([status, limits]).toEqual([429, own])
  } finally {
    await through.close()
    await provider.close()
  }
})

describe('a test call', () => {
  it('is refused with 403 before anything is sent if its secret is too short to be searched for', async () => {
    const origin = `http://127.0.0.1:${upstream.port}`
    const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] } as const
    proxy.plane.secrets.set('sec_1', heldSecret('sec_1', 'fifteen-letters', bindings))
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(200)
    proxy.plane.routeOf.set('up', routeTo(origin, { isTest: true }))
    // A server drops blanks at the end, and recognises a scheme.
    for (const value of ['abcd1234        ', 'Bearer abcd12345678']) {
      proxy.plane.secrets.set('sec_1', heldSecret('sec_1', value, bindings))
      expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(403)
    }
    proxy.plane.secrets.set('sec_1', heldSecret('sec_1', 'fifteen-letters', bindings))
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, problem(answer).code]).toEqual([403, 'FORBIDDEN'])
    expect(upstream.received).toHaveLength(1)
    for (const { ends } of proxy.plane.recorded.slice(1)) expect(ends).toEqual([{ voided: 'FORBIDDEN' }])
    proxy.plane.secrets.set('sec_1', heldSecret('sec_1', 'sixteen-letters!', bindings))
    expect((await proxy.send('GET', '/v1/p/up/x')).status).toBe(200)
  })
})
