import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { shownCertificate } from '@protectmyapi/dev-kit/certificates/shown-certificate'
import { until } from '@protectmyapi/dev-kit/until'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { watchServed } from '@protectmyapi/service-kit/http/served-certificate'
import { fixedMaterial } from '../test/fixed-material.js'
import { silentLog } from '../test/silent-log.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startRawUpstream, startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'
import { createListener } from './listener.js'
import { trustedProxies } from './source-address.js'

let upstream: Upstream
let proxy: ProxyUnderTest

beforeEach(async () => {
  upstream = await startUpstream((_received, response) => response.end('ok'))
  proxy = await startProxy(upstream.port, { hostSuffix: 'proxy.example', proxies: ['127.0.0.0/8'] })
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

const raw = (text: string): Promise<string> => exchangeRaw(proxy.port, text)

const JSON_HEADERS = { 'content-type': 'application/json' }

describe('the proxy itself answers', () => {
  it('/healthz with 200, and /readyz with 200, or with 503 when it is not fresh', async () => {
    expect(await proxy.send('GET', '/healthz', { headers: {} })).toMatchObject({ status: 200, body: '{"status":"ok"}' })
    proxy.plane.says.impaired = ['redis-away']
    const ready = await proxy.send('GET', '/readyz', { headers: {} })
    expect(ready).toMatchObject({ status: 200, body: '{"status":"ready","impaired":["redis-away"]}' })
    proxy.plane.says.ready = false
    const unready = await proxy.send('GET', '/readyz', { headers: {} })
    expect(unready.status).toBe(503)
    expect(JSON.parse(unready.body)).toMatchObject({
      detail: 'This proxy has not reached management for too long, so it may not serve requests.',
    })
    expect((await proxy.send('GET', '/healthz', { headers: {} })).status).toBe(200)
  })

  it('/.well-known/jwks.json with its public keys', async () => {
    const answer = await proxy.send('GET', '/.well-known/jwks.json', { headers: {} })
    expect(answer).toMatchObject({ status: 200, body: '{"keys":[]}' })
    expect(answer.headers['cache-control']).toBe('public, max-age=60')
  })

  it('a debug token with a session', async () => {
    const answer = await proxy.send('POST', '/v1/attest/debug', {
      headers: JSON_HEADERS,
      body: JSON.stringify({ token: newToken('debug') }),
    })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      token: 'pma_ses_a.b.c',
      expiresAt: '2023-11-14T22:13:20.000Z',
      device: 'dvc_1',
    })
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'pma-request-id': expect.stringMatching(/^req_/),
    })
  })

  it.each([
    ['{"token":"x"}', JSON_HEADERS, 401, 'INVALID_TOKEN'],
    ['{"token":1}', JSON_HEADERS, 400, 'INVALID_REQUEST'],
    ['{"token":"x","more":1}', JSON_HEADERS, 400, 'INVALID_REQUEST'],
    ['{"token":"x","token":"y"}', JSON_HEADERS, 400, 'INVALID_REQUEST'],
    ['not json', JSON_HEADERS, 400, 'INVALID_REQUEST'],
    ['', JSON_HEADERS, 400, 'INVALID_REQUEST'],
    ['{"token":"x"}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['{"token":"x"}', { 'content-type': 'application/json; charset=latin1' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['{"token":"x"}', { ...JSON_HEADERS, 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [`{"token":"${'x'.repeat(5_000)}"}`, JSON_HEADERS, 413, 'TOO_LARGE'],
  ])('a bad exchange with what is wrong: %.40s %j', async (body, headers, status, code) => {
    const answer = await proxy.send('POST', '/v1/attest/debug', { headers, body })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code])
  })

  it('a bad exchange with where it is wrong, and without field names that the caller made up', async () => {
    const body = '{"token":1,"sk-live-0123456789":"x"}'
    const answer = await proxy.send('POST', '/v1/attest/debug', { headers: JSON_HEADERS, body })
    expect(JSON.parse(answer.body).errors).toEqual([
      { pointer: '/token', detail: 'Give a text.' },
      { pointer: '/*', detail: 'This field is not known.' },
    ])
    expect(answer.body).not.toContain('sk-live')
  })

  it('every 401 with a WWW-Authenticate field', async () => {
    const asked = [
      await proxy.send('POST', '/v1/attest/debug', { headers: JSON_HEADERS, body: '{"token":"x"}' }),
      await proxy.send('GET', '/v1/p/up/x', { headers: {} }),
    ]
    expect(asked.map(({ status, headers }) => [status, headers['www-authenticate']])).toEqual([
      [401, 'Bearer realm="protectmyapi"'],
      [401, 'Bearer realm="protectmyapi"'],
    ])
  })

  it.each([
    ['GET', '/v1/attest/debug', 405, 'INVALID_METHOD'],
    ['POST', '/healthz', 405, 'INVALID_METHOD'],
    ['GET', '/', 404, 'NOT_FOUND'],
    ['GET', '/v1/p', 404, 'NOT_FOUND'],
    ['GET', '/nothing', 404, 'NOT_FOUND'],
  ])('%s %s with %d %s', async (method, path, status, code) => {
    const answer = await proxy.send(method, path)
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code])
  })
})

describe('host routing', () => {
  it('takes the service from the host, and passes every path on to the provider', async () => {
    for (const path of ['/v1/charges?a=1', '/healthz', '/v1/p/other/x', '/']) {
      const answer = await proxy.send('GET', path, {
        headers: { host: 'up.proxy.example:8080', authorization: `Bearer ${APP_TOKEN}` },
      })
      expect(answer.body).toBe('ok')
    }
    expect(upstream.received.map(({ url }) => url)).toEqual(['/v1/charges?a=1', '/healthz', '/v1/p/other/x', '/'])
  })

  it('answers 404 on a host that is not a service’s name, and serves its own paths on the bare suffix', async () => {
    for (const host of ['none.proxy.example', 'a.up.proxy.example', '.proxy.example', 'UP_.proxy.example']) {
      expect((await proxy.send('GET', '/x', { headers: { host, authorization: `Bearer ${APP_TOKEN}` } })).status).toBe(
        404,
      )
    }
    expect((await proxy.send('GET', '/healthz', { headers: { host: 'proxy.example' } })).status).toBe(200)
  })
})

describe('framing and heads that servers read in different ways never reach a provider', () => {
  const head = `POST /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\n`
  it.each([
    ['both lengths', `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody`],
    ['a length that is none', `${head}Content-Length: +4\r\n\r\nbody`],
    ['another coding', `${head}Connection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a coding that is spelt oddly', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    [
      'chunks in HTTP/1.0',
      `${head.replace('1.1', '1.0')}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a blank before the colon', `${head}Content-Length : 4\r\n\r\nbody`],
    ['a line that goes on', `${head}X-A: 1\r\n Content-Length: 4\r\n\r\nbody`],
    ['a NUL in a field', `${head}X-A: a\0b\r\n\r\n`],
    ['two hosts', `${head}Host: y\r\nConnection: close\r\n\r\n`],
    ['no host', `GET /v1/p/up/x HTTP/1.1\r\nx-api-key: ${APP_TOKEN}\r\nConnection: close\r\n\r\n`],
    ['a bare LF', `${head.replaceAll('\r\n', '\n')}\n`],
    ['CONNECT', 'CONNECT api.example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a WebSocket', `${head.replace('POST', 'GET')}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`],
    ['a fragment', `${head.replace('/x ', '/x#y ')}Connection: close\r\n\r\n`],
    ['bytes that are not ASCII', `${head.replace('/x ', '/\xc3\xa9 ')}Connection: close\r\n\r\n`],
  ])('%s', async (_what, text) => {
    const answer = await raw(text)
    expect(answer).toMatch(/^HTTP\/1\.1 (400|405|501) /)
    expect(upstream.received).toEqual([])
    expect(proxy.plane.recorded).toEqual([])
  })

  it('an unreadable request and a head that is too large are answered with a problem and its code', async () => {
    const answer = await raw('RUBBISH\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*pma-request-id: req_.*"code":"INVALID_REQUEST"/s)
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"code":"TOO_LARGE"/s,
    )
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'x: y\r\n'.repeat(200)}\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"code":"TOO_LARGE"/s,
    )
  })

  it('h2c on a plain connection is declined: the request gets a 200, and is passed on without the offer', async () => {
    const answer = await raw(
      `GET /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(upstream.received[0]?.rawHeaders.join()).not.toMatch(/upgrade|http2/i)
  })

  it('three pipelined requests are answered, and arrive at the provider as three', async () => {
    const get = `GET /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\n`
    const answer = await raw(`${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`)
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
    expect(upstream.received).toHaveLength(3)
  })
})

describe('the source address', () => {
  it('is taken from a trusted proxy’s X-Forwarded-For, which is not passed on', async () => {
    await proxy.send('GET', '/v1/p/up/x', {
      headers: { 'x-api-key': APP_TOKEN, 'x-forwarded-for': '198.51.100.7, 203.0.113.9' },
    })
    expect(proxy.plane.recorded[0]?.request.sourceAddress).toBe('203.0.113.9')
    expect(upstream.received[0]?.headers['x-forwarded-for']).toBeUndefined()
  })
})

describe('draining', () => {
  const QUICK = { bounds: { quietMs: 100 } }

  it('does not wait for a connection that has never sent a request', async () => {
    const draining = await startProxy(upstream.port, QUICK)
    const socket = connect(draining.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()))
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => void socket.on('connect', () => resolve()))
    // Waits until the listener has taken the connection: later requests are answered on connections of their own.
    expect((await draining.send('GET', '/healthz', { headers: {} })).status).toBe(200)
    await draining.listener.drain(60_000)
    await closed
  })

  it('makes /readyz answer 503 at once, refuses new connections, and lets a request under way end', async () => {
    const answering: (() => void)[] = []
    const slow = await startUpstream((_received, response) => {
      response.write('data: 1\n\n')
      answering.push(() => response.end('data: 2\n\n'))
    })
    const draining = await startProxy(slow.port, QUICK)
    const underWay = draining.send('GET', '/v1/p/up/x')
    await until(() => answering[0])
    draining.drain()
    const notReady = draining.send('GET', '/readyz', { headers: {} })
    expect(await notReady).toMatchObject({ status: 503, headers: { connection: 'close' } })
    const drained = draining.listener.drain(5_000)
    await expect(draining.send('GET', '/healthz', { headers: {} })).rejects.toThrow(/ECONNREFUSED/)
    answering[0]?.()
    expect(await underWay).toMatchObject({ status: 200, body: 'data: 1\n\ndata: 2\n\n' })
    await drained
    await slow.close()
  })

  it.each([
    ['that was kept', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['that is new', ''],
  ])(
    'answers a request that is on its way over a connection %s, and then closes that connection',
    async (_which, before) => {
      const draining = await startProxy(upstream.port, QUICK)
      const socket = connect(draining.port, '127.0.0.1')
      let heard = ''
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text
      })
      const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()))
      socket.on('error', () => undefined)
      socket.write(before)
      await until(() => (before === '' || heard.includes(' 200 ') ? true : undefined))
      // Waits until the listener has taken the connection.
      expect((await draining.send('GET', '/healthz', { headers: {} })).status).toBe(200)
      heard = ''
      draining.drain()
      const drained = draining.listener.drain(60_000)
      socket.write(`GET /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`)
      await closed
      expect(heard).toMatch(/^HTTP\/1\.1 200 .*connection: close\r\n.*ok/is)
      await drained
    },
  )

  it('cuts off a request that outlasts the grace, and records it as aborted', async () => {
    const endless = await startUpstream((_received, response) => response.write('data: 1\n\n'))
    const draining = await startProxy(endless.port, QUICK)
    const underWay = draining.send('GET', '/v1/p/up/x')
    underWay.catch(() => {})
    await until(() => endless.received[0])
    await draining.listener.drain(50)
    await expect(underWay).rejects.toThrow()
    await until(() => draining.plane.recorded[0]?.ends[0])
    expect(draining.plane.recorded[0]?.ends).toMatchObject([{ finished: { aborted: true } }])
    await endless.close()
  })
})

describe('the listener’s TLS', () => {
  it('ends a cut answer to HTTP/1.0, and serves the next request', async () => {
    const provider = await startRawUpstream((socket) =>
      socket.on('data', (asked) =>
        socket.end(
          String(asked).includes('/cut')
            ? 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n'
            : 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole',
        ),
      ),
    )
    const certificate = fixedMaterial(await (await createAuthority()).issue({ dnsNames: ['x'] }))
    const secure = await startProxy(provider.port, { certificate })
    const ask = (path: string): Promise<string> =>
      new Promise((resolve) => {
        let text = ''
        const socket = connectTls({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false })
        socket.on('error', () => {}).on('close', () => resolve(text))
        socket.on('data', (bytes) => {
          text += String(bytes)
        })
        socket.write(`GET /v1/p/up/${path} HTTP/1.0\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`)
      })
    expect(await ask('cut')).toMatch(/part $/)
    expect(await ask('whole')).toMatch(/whole$/)
    await secure.close()
    await provider.close()
  })

  it('speaks TLS 1.3 only, and takes up a new certificate', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pma-proxy-'))
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    const authority = await createAuthority()
    const write = async (commonName: string): Promise<void> => {
      const { certPem, keyPem } = await authority.issue({ commonName, dnsNames: ['localhost'] })
      await Promise.all([writeFile(files.certFile, certPem), writeFile(files.keyFile, keyPem)])
    }
    await write('first')
    const material = await watchServed(files, silentLog(), 20)
    const listener = createListener((_incoming, outgoing) => outgoing.end('ok'), {
      certificate: material,
      connected: () => {},
      proxies: trustedProxies([]),
    })
    const port = await listener.listen('127.0.0.1', 0)
    const subject = () => shownCertificate(port, authority.certPem)
    expect(await subject()).toBe('first TLSv1.3')
    await write('second')
    expect(await until(async () => ((await subject()) === 'second TLSv1.3' ? true : undefined))).toBe(true)
    const old = new Promise((resolve, reject) => {
      httpsRequest(
        { port, host: '127.0.0.1', servername: 'localhost', ca: authority.certPem, maxVersion: 'TLSv1.2' },
        resolve,
      )
        .on('error', reject)
        .end()
    })
    await expect(old).rejects.toThrow(/protocol version|alert|handshake/i)
    material.stop()
    await listener.drain(0)
    await rm(folder, { recursive: true })
  })
})

it('the key reaches the provider, and is not in the answer', async () => {
  const answer = await proxy.send('GET', '/v1/p/up/x')
  expect(JSON.stringify(answer)).not.toContain(KEY)
  expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
})
