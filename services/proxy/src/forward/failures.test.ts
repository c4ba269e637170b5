import { connect, type Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { NOT_WATCHED, type RequestWatch } from '../telemetry/request-watch.js'
import { routeTo } from '../test/fake-data-plane.js'
import { proxiesOfEachTest } from '../test/proxy-to.js'
import { APP_TOKEN } from '../test/start-proxy.js'
import { serve, startRawUpstream, startUpstream } from '../test/start-upstream.js'
import { endOf, next, open, originOf, readAll } from '../test/streaming-client.js'

const proxyTo = proxiesOfEachTest()

describe('a provider that', () => {
  it('does not begin to answer in time leads to 504 UPSTREAM_TIMEOUT, which SDKs are told not to retry', async () => {
    const proxy = await proxyTo(await startRawUpstream(() => {}))
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { timeoutMs: 300 } }))
    const answer = await proxy.send('POST', '/v1/p/up/x', { headers: { 'x-api-key': APP_TOKEN }, body: '{}' })
    expect([answer.status, JSON.parse(answer.body).code, answer.headers['x-should-retry']]).toEqual([
      504,
      'UPSTREAM_TIMEOUT',
      'false',
    ])
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 504, fault: 'UPSTREAM_TIMEOUT' } })
  })

  it('stops in the middle of its answer leads to a cut answer, recorded as UPSTREAM_TIMEOUT', async () => {
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc ')),
      ),
    )
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { timeoutMs: 300 } }))
    const { request, answer } = open(proxy, 'GET', '/x')
    request.end()
    expect(await readAll(await answer)).toEqual({ body: 'abc ', whole: false })
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 200, fault: 'UPSTREAM_TIMEOUT', aborted: true } })
  })

  it.each(['POST', 'GET', 'PUT'])('resets the connection gets a %s once, and the client gets 502', async (method) => {
    let requests = 0
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.once('data', () => {
          requests += 1
          socket.resetAndDestroy()
        }),
      ),
    )
    const answer = await proxy.send(method, '/v1/p/up/x', {
      headers: { 'x-api-key': APP_TOKEN },
      body: method === 'GET' ? '' : 'body',
    })
    expect([answer.status, requests]).toEqual([502, 1])
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 502, fault: 'UPSTREAM_UNREACHABLE' } })
  })

  it('resets a kept connection at the next POST gets that POST once, and the client gets 502', async () => {
    let requests = 0
    const proxy = await proxyTo(
      await startRawUpstream((socket) => {
        let own = 0
        socket.on('data', () => {
          requests += 1
          own += 1
          if (own === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
          else socket.resetAndDestroy()
        })
      }),
    )
    const post = () => proxy.send('POST', '/v1/p/up/x', { headers: { 'x-api-key': APP_TOKEN }, body: 'body' })
    expect((await post()).status).toBe(200)
    expect((await post()).status).toBe(502)
    expect(requests).toBe(2)
  })

  it.each([
    ['before its head', '', 502],
    ['within its head', 'HTTP/1.1 200 OK\r\nContent-Le', 502],
    ['behind its head', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 200],
    ['within its body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab\n\r\n', 200],
  ])('breaks off %s gets a POST once, over a new connection and over a kept one', async (_where, part, status) => {
    const requests: string[] = []
    let breaks = false
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.on('data', (bytes: Buffer) => {
          requests.push(bytes.toString().slice(0, 7))
          if (!breaks) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
          // A reset could overtake the bytes; a FIN does not.
          else socket.end(part)
        }),
      ),
    )
    for (const kept of [false, true]) {
      breaks = false
      if (kept) expect((await proxy.send('GET', '/v1/p/up/warm')).status).toBe(200)
      breaks = true
      const { request, answer } = open(proxy, 'POST', '/x', { 'content-length': '4' })
      request.end('body')
      const broken = await answer
      const { whole } = await readAll(broken)
      expect([broken.statusCode, whole]).toEqual([status, status === 502])
    }
    expect(requests.filter((line) => line === 'POST /x')).toHaveLength(2)
    await until(() => (proxy.plane.recorded.every(({ ends }) => ends.length === 1) ? true : undefined))
  })

  it('has closed its kept connections gets the next POST once, over a new connection', async () => {
    let sockets: Socket[] = []
    let posts = 0
    const proxy = await proxyTo(
      await startRawUpstream((socket) => {
        sockets.push(socket)
        socket.on('data', () => {
          posts += 1
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        })
      }),
    )
    const post = () => proxy.send('POST', '/v1/p/up/x', { headers: { 'x-api-key': APP_TOKEN }, body: 'body' })
    for (const count of [1, 2, 3]) {
      expect([(await post()).status, posts, sockets.length]).toEqual([200, count, 1])
      // Closed from the provider's side, and then from the proxy's, so the proxy has noticed it.
      const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.end().on('close', resolve))))
      sockets = []
      await closed
    }
  })

  it('answers before it has read the request: the client gets that answer', async () => {
    const proxy = await proxyTo(
      await serve((_request, response) => {
        response.writeHead(413, { 'content-type': 'text/plain' })
        response.end('too much')
      }),
    )
    const { request, answer } = open(proxy, 'POST', '/x', { 'content-length': String(600_000) })
    request.on('error', () => {})
    request.write(Buffer.alloc(200_000))
    const early = await answer
    expect(early.statusCode).toBe(413)
    request.end(Buffer.alloc(400_000))
    expect(await readAll(early)).toEqual({ body: 'too much', whole: true })
  })

  it('answers compressed though asked not to leads to 502 if answers are searched, and passes if not', async () => {
    const proxy = await proxyTo(
      await startUpstream((_received, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('xx')),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([502, expect.stringContaining('gzip')])
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { scrub: false } }))
    expect(await proxy.send('GET', '/v1/p/up/x')).toMatchObject({ status: 200, body: 'xx' })
  })
})

describe('an answer in a character set', () => {
  it('in which no key would be found is refused with 502, and passes if answers are not searched', async () => {
    const body = Buffer.from('{"k":1}', 'utf16le')
    const type = { 'content-type': 'application/json; charset=utf-16le' }
    const proxy = await proxyTo(await startUpstream((_received, response) => response.writeHead(200, type).end(body)))
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([502, expect.stringContaining('utf-16le')])
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { scrub: false } }))
    expect(await proxy.send('GET', '/v1/p/up/x')).toMatchObject({ status: 200, body: body.toString() })
  })
})

describe('a client that leaves', () => {
  it('while the answer streams ends the provider’s answer within a second, and is recorded as aborted', async () => {
    let closedAt = 0
    const proxy = await proxyTo(
      await serve((_request, response) => {
        response.write('data: 1\n\n')
        response.on('close', () => {
          closedAt = performance.now()
        })
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/x')
    request.end()
    await next(await answer)
    const leftAt = performance.now()
    request.destroy()
    await until(() => (closedAt > 0 ? true : undefined), 2_000)
    expect(closedAt - leftAt).toBeLessThan(1_000)
    expect(await endOf(proxy)).toMatchObject({
      finished: { status: 200, aborted: true, fault: null, responseBytes: 9 },
    })
  })

  it('before the answer begins has the provider’s connection closed, and is recorded with status 0', async () => {
    let arrived = false
    let closed = false
    const proxy = await proxyTo(
      await startRawUpstream((socket) => {
        socket.on('data', () => {
          arrived = true
        })
        socket.on('close', () => {
          closed = true
        })
      }),
    )
    const { request } = open(proxy, 'POST', '/x')
    request.on('error', () => {})
    request.end('{}')
    await until(() => (arrived ? true : undefined))
    request.destroy()
    await until(() => (closed ? true : undefined), 1_000)
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 0, aborted: true } })
  })

  it.each([
    ['with a length', { 'content-length': '1000000' }],
    ['in chunks', {}],
  ])('in the middle of an upload %s: the provider never takes it for whole', async (_how, headers) => {
    let begun = false
    const wasWhole: boolean[] = []
    const proxy = await proxyTo(
      await serve((request) => {
        request.on('error', () => {})
        request.on('data', () => {
          begun = true
        })
        request.on('close', () => wasWhole.push(request.complete))
      }),
    )
    const { request } = open(proxy, 'POST', '/x', headers)
    request.on('error', () => {})
    request.write(Buffer.alloc(300_000))
    await until(() => (begun ? true : undefined))
    request.destroy()
    expect(await until(() => wasWhole[0])).toBe(false)
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 0, aborted: true } })
  })

  it('in the middle of a small body causes no look-up, no record and no request to the provider', async () => {
    const upstream = await startUpstream((_received, response) => response.end())
    const told: string[] = []
    const watch: RequestWatch = {
      ...NOT_WATCHED,
      asksFor: (route) => void told.push(route),
      endsWith: (outcome) => void told.push(outcome),
    }
    const proxy = await proxyTo(upstream, { watchRequest: () => watch })
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nContent-Length: 10\r\n\r\nhalf`)
    await until(() => told[0])
    socket.destroy()
    await until(() => told[1])
    expect(told).toEqual(['service', 'CLIENT_LEFT'])
    expect([upstream.received, proxy.plane.asked, proxy.plane.recorded]).toEqual([[], [], []])
  })
})
