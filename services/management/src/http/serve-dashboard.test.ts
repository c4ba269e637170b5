import { EventEmitter, once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { rawClient } from '@protectmyapi/dev-kit/raw-client'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { NO_TELEMETRY } from '@protectmyapi/service-kit/telemetry/telemetry'
import supertest from 'supertest'
import { z } from 'zod'
import { watchRest } from '../telemetry/watch-rest.js'
import { type AppDeps, createApp } from './app.js'
import { listenHttp } from './listen-http.js'
import { route } from './route.js'

const PAGE =
  '<!doctype html><meta nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/assets/index-a1.js"></script>'
/** What a browser sends where it navigates. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const API_POLICY = "default-src 'none';frame-ancestors 'none'"

const deps: AppDeps = {
  routes: [
    route({
      method: 'GET',
      path: '/things',
      summary: 'List',
      permission: 'public',
      answers: { status: 200, body: z.object({ items: z.array(z.string()) }) },
      handle: async () => ({ body: { items: [] } }),
    }),
  ],
  log: memoryLog().log,
  publicOrigin: undefined,
  trustedProxies: [],
  notReady: async () => undefined,
  everythingInForce: async () => {},
  records: { find: async () => undefined, claim: () => async () => undefined, forget: async () => undefined },
  findOrg: async () => undefined,
  authenticate: () => Promise.reject(new Error('no route asks who calls')),
}

/** A folder as Vite leaves it, with more in it than a browser may have. */
async function built(): Promise<{ readonly dir: string; close(): Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'pma-dashboard-'))
  const assets = path.join(dir, 'assets')
  await mkdir(path.join(assets, 'folder'), { recursive: true })
  await writeFile(path.join(dir, 'index.html'), PAGE)
  await writeFile(path.join(assets, 'index-a1.js'), 'run()')
  await writeFile(path.join(assets, 'index-b2.css'), 'a{}')
  await writeFile(path.join(assets, 'index.html'), 'an index')
  await writeFile(path.join(assets, '.hidden'), 'hidden')
  return { dir, close: () => rm(dir, { recursive: true }) }
}

const { dir } = await startForAllTests(built)
const dashboard = { page: PAGE, assetsDir: path.join(dir, 'assets') }
const served = async (more: Partial<AppDeps>) => {
  const { port, close } = await listenHttp({ host: '127.0.0.1', port: 0 }, createApp({ ...deps, ...more }))
  return { port, api: supertest(`http://127.0.0.1:${port}`), close: () => close(100) }
}
const { api, port } = await startForAllTests(() => served({ dashboard }))
const { api: withoutPage } = await startForAllTests(() => served({}))

/** Sends the path as it is: other clients resolve dots. Answers head and body. */
const asItIs = (target: string): Promise<string> =>
  rawClient({ port }, `GET ${target} HTTP/1.1\r\nhost: x\r\naccept: ${BROWSER}\r\nconnection: close\r\n\r\n`).closed

const atEnd = closeAfterEach()

const nonceOf = (page: string): string => /<script nonce="([^"]*)"/.exec(page)?.[1] ?? ''

describe('the dashboard’s page', () => {
  it.each(['/', '/orgs/acme/secrets', '/sign-in', '/healthy', '/index.html'])(
    'answers %s to a browser',
    async (url) => {
      const answer = await api.get(url).set('accept', BROWSER).expect(200)
      expect(answer.text).toBe(PAGE.replaceAll('__CSP_NONCE__', nonceOf(answer.text)))
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      })
      expect(answer.headers.etag).toBeUndefined()
    },
  )

  it('may run its own scripts alone, and speak to its own origin alone', async () => {
    const { headers, text } = await api.get('/').set('accept', BROWSER).expect(200)
    expect(headers['content-security-policy']?.split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonceOf(text)}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
  })

  it('has another nonce of 16 bytes in every answer, the same in head and page', async () => {
    const ask = async (): Promise<string> => {
      const { headers, text } = await api.get('/').set('accept', BROWSER).expect(200)
      expect(text).toContain(`<meta nonce="${nonceOf(text)}">`)
      expect(headers['content-security-policy']).toContain(`'nonce-${nonceOf(text)}'`)
      return nonceOf(text)
    }
    const nonces = [await ask(), await ask(), await ask()]
    expect(nonces.map((nonce) => Buffer.from(nonce, 'base64').length)).toEqual([16, 16, 16])
    expect(new Set(nonces).size).toBe(3)
  })

  it('answers HEAD with the head of GET', async () => {
    const { headers, text } = await api.head('/orgs/acme').set('accept', BROWSER).expect(200)
    expect([text, headers['content-type']]).toEqual([undefined, 'text/html; charset=utf-8'])
  })

  it.each([undefined, '*/*', 'application/json', 'text/html;q=0', 'application/problem+json, text/html;q=0.9'])(
    'is not for a client that accepts %s: a wrong path stays a 404 problem',
    async (accept) => {
      const request = api.get('/orgs/acme')
      const { body } = await (accept === undefined ? request : request.set('accept', accept)).expect(404)
      expect(body.code).toBe('NOT_FOUND')
    },
  )

  it.each(['/api', '/api/', '/api/v1/nothing', '/api/v2/orgs', '/assets', '/assets/', '/healthz/more', '/readyz/'])(
    'is not behind %s, even for a browser',
    async (url) => {
      const { body, headers } = await api.get(url).set('accept', BROWSER).expect(404)
      expect([body.code, headers['content-security-policy']]).toEqual(['NOT_FOUND', API_POLICY])
    },
  )

  it.each([
    '/API/v1/orgs',
    '//api/v1/orgs',
    '///Api',
    '/api%2fv1/orgs',
    '/%61pi/v1/orgs',
    '/%2fapi/v1/orgs',
    '/%5capi/v1/orgs',
    '/api%5cv1',
    '/Assets/index-a1.js',
    '//assets/index-a1.js',
    '/assets%2findex-a1.js',
    '/HEALTHZ',
    '//readyz',
    '/%ff',
    '/orgs/%zz',
    '/orgs/100%',
  ])('is not behind %s, which is another spelling or none at all', async (target) => {
    const answer = await asItIs(target)
    expect(answer).toMatch(/^HTTP\/1\.1 404 .*"code":"NOT_FOUND"/s)
    expect(answer).not.toContain('<!doctype')
  })

  it.each(['/orgs/acme/secrets/%41', '/orgs//acme', '/apis', '/orgs/api', '/%2561pi'])(
    'is behind %s, which is no spelling of a path without a page',
    async (target) => {
      expect(await asItIs(target)).toMatch(/^HTTP\/1\.1 200 .*<!doctype html>/s)
    },
  )

  it('answers 405 with Allow to a browser that does anything but read, and 404 to other clients', async () => {
    const { body } = await api.post('/orgs/acme').set('accept', BROWSER).expect(405).expect('allow', 'GET, HEAD')
    expect(body.code).toBe('INVALID_METHOD')
    await api.post('/orgs/acme').send({}).expect(404)
  })

  it('is served only where it is configured', async () => {
    for (const url of ['/', '/orgs/acme', '/assets/index-a1.js']) {
      const { body } = await withoutPage.get(url).set('accept', BROWSER).expect(404)
      expect(body.code).toBe('NOT_FOUND')
    }
  })
})

describe('what the page loads', () => {
  it.each([
    ['/assets/index-a1.js', 'text/javascript; charset=utf-8', 'run()'],
    ['/assets/index-b2.css', 'text/css; charset=utf-8', 'a{}'],
  ])('%s may be kept for ever, as %s', async (url, type, text) => {
    const answer = await api.get(url).expect(200)
    expect(answer.text ?? answer.body.toString()).toBe(text)
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': API_POLICY,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    for (const field of ['etag', 'last-modified', 'accept-ranges']) expect(answer.headers).not.toHaveProperty(field)
    const head = await api.head(url).expect(200)
    expect([head.text, head.headers['content-length']]).toEqual([undefined, String(text.length)])
  })

  it.each([
    '/assets/index-c3.js',
    '/assets/.hidden',
    '/assets/folder',
    '/assets/folder/',
    '/assets/%00',
    '/assets/%zz',
  ])('%s is a 404 problem that nobody keeps, and never the page', async (url) => {
    const { body, headers } = await api.get(url).set('accept', BROWSER).expect(404)
    expect([body.code, headers['cache-control']]).toEqual(['NOT_FOUND', 'no-store'])
  })

  it.each(['../index.html', '%2e%2e%2findex.html', '..%2findex.html', '%2e%2e/index.html', '..%5cindex.html'])(
    'nothing outside of its folder is reached by /assets/%s',
    async (target) => {
      const answer = await asItIs(`/assets/${target}`)
      expect(answer).toMatch(/^HTTP\/1\.1 404 .*"code":"NOT_FOUND"/s)
      expect(answer).not.toContain('<!doctype')
    },
  )

  it('a refused precondition is answered with a problem that nobody keeps', async () => {
    const { body, headers } = await api.get('/assets/index-a1.js').set('if-match', '"other"').expect(400)
    expect([body.code, headers['cache-control']]).toEqual(['INVALID_REQUEST', 'no-store'])
  })

  it('answers 405 with Allow to other methods', async () => {
    for (const method of ['post', 'put', 'delete', 'options'] as const) {
      const { body } = await api[method]('/assets/index-a1.js').expect(405).expect('allow', 'GET, HEAD')
      expect(body.code).toBe('INVALID_METHOD')
    }
  })
})

describe('beside the dashboard', () => {
  it.each(['/api/v1/things', '/api/v1/openapi.json', '/healthz', '/readyz'])(
    '%s answers a browser as it does without it',
    async (url) => {
      const answers = await Promise.all([api, withoutPage].map((each) => each.get(url).set('accept', BROWSER)))
      const [beside, alone] = answers.map(({ status, text, headers }) => {
        const { date: _date, 'pma-request-id': _id, ...same } = headers
        return { status, text, same }
      })
      expect(beside).toEqual(alone)
      expect(beside).toMatchObject({ status: 200, same: { 'content-security-policy': API_POLICY } })
    },
  )

  it('metrics have one label for the page and one for what it loads, whatever the path', async () => {
    const measured = new EventEmitter()
    const rest = { record: (_seconds: number, labels: object) => void measured.emit('told', labels) }
    const { api, close } = await served({ dashboard, watch: watchRest({ ...NO_TELEMETRY, measures: true }, { rest }) })
    atEnd(close)
    const labelsOf = async (request: supertest.Test): Promise<unknown> => {
      const told = once(measured, 'told')
      await request
      return (await told)[0]
    }
    expect([
      await labelsOf(api.get('/orgs/acme/secrets').set('accept', BROWSER).expect(200)),
      await labelsOf(api.get('/assets/index-a1.js').expect(200)),
      await labelsOf(api.get('/assets/other.js').expect(404)),
      await labelsOf(api.get('/orgs/acme').expect(404)),
    ]).toEqual([
      { route: 'dashboard', outcome: 'OK' },
      { route: 'assets', outcome: 'OK' },
      { route: 'assets', outcome: 'NOT_FOUND' },
      { route: 'none', outcome: 'NOT_FOUND' },
    ])
  })
})
