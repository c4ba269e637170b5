import { createHash, randomBytes } from 'node:crypto'
import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { routeTo } from '../fakes/fake-data-plane.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from '../fakes/start-proxy.js'
import { serve, startRawUpstream, startUpstream } from '../fakes/start-upstream.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function proxyTo(upstream: { port: number; close(): Promise<void> }): Promise<ProxyUnderTest> {
  closers.push(upstream.close)
  const proxy = await startProxy(upstream.port)
  closers.push(proxy.close)
  return proxy
}

/** Opens a request and hands the answer over as it begins. */
function open(
  proxy: ProxyUnderTest,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const request = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    method,
    path: `/v1/p/up${path}`,
    headers: { 'x-api-key': APP_TOKEN, ...headers },
    agent: false,
  })
  const answer = new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject))
  answer.catch(() => {})
  return { request, answer }
}

/** Reads to the end; `whole` is false where the connection broke before it. */
async function readAll(answer: IncomingMessage): Promise<{ body: string; whole: boolean }> {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise<void>((resolve) => answer.on('close', resolve).on('error', () => {}))
  return { body: Buffer.concat(chunks).toString('latin1'), whole: answer.complete }
}

const next = (stream: IncomingMessage): Promise<string> =>
  new Promise((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString())))
const endOf = async (proxy: ProxyUnderTest) => until(() => proxy.plane.recorded[0]?.ends[0])

/** All that a raw connection answers until it closes. */
async function exchangeRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  socket.write(text, 'latin1')
  await new Promise((resolve) => socket.on('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

const rawGet = (path = '/', version = '1.1'): string =>
  `GET /v1/p/up${path} HTTP/${version}\r\nHost: x\r\nConnection: close\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`

describe('an answer', () => {
  it('streams: each event of an SSE stream arrives before the next one is sent', async () => {
    let stream: ServerResponse | undefined
    const proxy = await proxyTo(
      await serve((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        stream = response
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/events')
    request.end()
    const events = await answer
    expect(events.statusCode).toBe(200)
    for (const event of ['data: {"a":1}\n\n', ': ping\n\n', 'data: [DONE]\n\n']) {
      const arrived = next(events)
      stream?.write(event)
      expect(await arrived).toBe(event)
    }
    stream?.end()
    expect(await readAll(events)).toEqual({ body: '', whole: true })
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 200, aborted: false } })
  })

  it('passes byte for byte, whatever the bytes, sizes and chunks', async () => {
    const bytes = randomBytes(3 * 1024 * 1024)
    const proxy = await proxyTo(
      await startUpstream((_received, response) => {
        for (let at = 0; at < bytes.length; at += 77_777) response.write(bytes.subarray(at, at + 77_777))
        response.end()
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/file')
    request.end()
    const { body, whole } = await readAll(await answer)
    expect(whole).toBe(true)
    expect(createHash('sha256').update(body, 'latin1').digest('hex')).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
  })

  it.each([
    ['cut in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart '],
    ['cut in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n'],
    [
      'cut in a chunked body of a closing connection',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n',
    ],
    ['that turns to rubbish', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\nXX\r\n'],
  ])('%s never looks complete', async (_how, head) => {
    const proxy = await proxyTo(await startRawUpstream((socket) => socket.once('data', () => socket.end(head))))
    const { request, answer } = open(proxy, 'GET', '/cut')
    request.end()
    const { body, whole } = await readAll(await answer)
    expect(['', 'part ']).toContain(body)
    expect(whole).toBe(false)
    expect(await endOf(proxy)).toMatchObject({
      finished: { status: 200, aborted: true, fault: 'UPSTREAM_UNREACHABLE' },
    })
  })

  it('cut short never looks complete to HTTP/1.0 either, where the end of the connection ends the body', async () => {
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n')),
      ),
    )
    const socket = connect(proxy.port, '127.0.0.1')
    const broken = new Promise<Error | null>((resolve) => socket.on('error', resolve).on('end', () => resolve(null)))
    socket.on('data', () => {})
    socket.write(rawGet('/', '1.0'))
    expect(await broken).toMatchObject({ code: 'ECONNRESET' })
  })

  it('to HEAD, and those without a body, end where they should', async () => {
    const proxy = await proxyTo(
      await startUpstream(({ method, url }, response) => {
        response.writeHead(Number(url.slice(1)), method === 'HEAD' ? { 'content-length': '1234' } : {})
        response.end()
      }),
    )
    const head = await proxy.send('HEAD', '/v1/p/up/200')
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(head.headers['content-length']).toBe('1234')
    expect(await proxy.send('GET', '/v1/p/up/204')).toMatchObject({ status: 204, body: '' })
    expect(await proxy.send('GET', '/v1/p/up/304')).toMatchObject({ status: 304, body: '' })
    expect((await proxy.send('GET', '/v1/p/up/304')).headers['transfer-encoding']).toBeUndefined()
  })

  it('keeps its trailers, and swallows 1xx', async () => {
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.on('data', () =>
          socket.write(
            'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n\r\n',
          ),
        ),
      ),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(answer).toMatchObject({ status: 200, body: 'abc' })
    expect(answer.trailers).toEqual({ 'x-sum': '1' })
    expect(await exchangeRaw(proxy.port, rawGet())).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
  })

  it('waits for a slow reader in bounded memory, and goes on where it goes on', async () => {
    let written = 0
    const total = 64 * 1024 * 1024
    const proxy = await proxyTo(
      await serve((_request, response) => {
        const piece = Buffer.alloc(64 * 1024, 'slow reader ')
        response.on('error', () => {})
        const more = (): void => {
          while (written < total) {
            written += piece.length
            if (!response.write(piece)) return void response.once('drain', more)
          }
          response.end()
        }
        more()
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/big')
    request.end()
    const slow = await answer
    slow.pause()
    // Nothing is read: what the sockets' buffers hold is the end of it.
    let before = -1
    await until(() => {
      const still = written === before
      before = written
      return still && written > 0 ? true : undefined
    }, 10_000)
    expect(written).toBeLessThan(32 * 1024 * 1024)
    let read = 0
    slow.on('data', (chunk: Buffer) => {
      read += chunk.length
    })
    slow.resume()
    await new Promise((resolve) => slow.on('end', resolve))
    expect(read).toBe(total)
  })
})

describe('a provider that', () => {
  it('does not begin to answer in time: 504', async () => {
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

  it('stops in the middle of its answer: cut', async () => {
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

  it.each(['POST', 'GET', 'PUT'])('resets the connection gets a %s once', async (method) => {
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

  it('closes a connection that was kept gets the next POST at most once', async () => {
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

  it('answers compressed though it was asked not to is refused, as nobody could search that', async () => {
    const proxy = await proxyTo(
      await startUpstream((_received, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('xx')),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([502, expect.stringContaining('gzip')])
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { scrub: false } }))
    expect(await proxy.send('GET', '/v1/p/up/x')).toMatchObject({ status: 200, body: 'xx' })
  })
})

describe('an answer that holds the key', () => {
  it('in its body ends before it, and never looks complete', async () => {
    const proxy = await proxyTo(
      await serve((_request, response) => {
        response.write('data: one\n\n')
        setImmediate(() => {
          response.write(`data: your key is ${KEY.slice(0, 9)}`)
          setImmediate(() => response.end(`${KEY.slice(9)} ok\n\n`))
        })
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/x')
    request.end()
    const { body, whole } = await readAll(await answer)
    expect(whole).toBe(false)
    expect(body).not.toContain(KEY.slice(0, 3))
    expect(await endOf(proxy)).toMatchObject({ finished: { fault: 'UPSTREAM_LEAKED_KEY', aborted: true } })
  })

  it.each([
    ['a header field', (response: ServerResponse) => response.writeHead(200, { 'x-echo': `Bearer ${KEY}` }).end('x')],
    [
      'Location',
      (response: ServerResponse) =>
        response.writeHead(302, { location: `https://x.example/?k=${encodeURIComponent(KEY)}` }).end(),
    ],
    ['the reason phrase', (response: ServerResponse) => response.writeHead(200, KEY).end('x')],
  ])('in %s is replaced whole', async (_where, write) => {
    const proxy = await proxyTo(await startUpstream((_received, response) => void write(response)))
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })

  it('in a trailer is cut', async () => {
    const proxy = await proxyTo(
      await serve(async (_request, response) => {
        response.writeHead(200, { trailer: 'x-t' })
        response.write('body\n')
        await new Promise((resolve) => setTimeout(resolve, 20))
        response.addTrailers({ 'x-t': KEY })
        response.end()
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/x')
    request.end()
    const cut = await answer
    expect((await readAll(cut)).whole).toBe(false)
    expect(JSON.stringify(cut.trailers)).not.toContain(KEY)
  })

  it('in the first packet, body and all, is replaced whole', async () => {
    const proxy = await proxyTo(
      await startUpstream((_received, response) => response.writeHead(400).end(`{"error":"key ${KEY} is odd"}`)),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })
})

describe('a client that leaves', () => {
  it('while the answer streams ends the provider’s work at once', async () => {
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

  it('before the answer begins ends it as well', async () => {
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

  it('in the middle of an upload: the provider never takes it for whole', async () => {
    const received: { socket: Socket; complete: boolean }[] = []
    const proxy = await proxyTo(
      await serve((request) => {
        request.resume()
        request.on('error', () => {})
        request.on('close', () => received.push({ socket: request.socket, complete: request.complete }))
      }),
    )
    const { request } = open(proxy, 'POST', '/x', { 'content-length': '1000000' })
    request.on('error', () => {})
    request.write(Buffer.alloc(300_000))
    await until(() => proxy.plane.recorded[0])
    await new Promise((resolve) => setImmediate(resolve))
    request.destroy()
    const [seen] = await until(() => (received.length > 0 ? received : undefined), 1_500).catch(() => [])
    expect(seen?.complete ?? false).toBe(false)
    await endOf(proxy)
  })

  it('in the middle of a small body is never looked up, recorded or sent', async () => {
    const upstream = await startUpstream((_received, response) => response.end())
    const proxy = await proxyTo(upstream)
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nContent-Length: 10\r\n\r\nhalf`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect((await proxy.send('GET', '/v1/p/up/y')).status).toBe(200)
    expect(upstream.received).toHaveLength(1)
    expect(proxy.plane.asked).toHaveLength(1)
  })
})

describe('an upload', () => {
  it.each([
    ['small', 1_000, 'length'],
    ['at the bound', 64 * 1024, 'length'],
    ['large', 5_000_000, 'length'],
    ['of unknown length', 5_000_000, 'chunked'],
  ])('%s arrives byte for byte, framed once', async (_size, length, framing) => {
    const bytes = randomBytes(length)
    const upstream = await startUpstream((received, response) => response.end(String(received.body.equals(bytes))))
    const proxy = await proxyTo(upstream)
    const headers = framing === 'length' ? { 'content-length': String(length) } : { 'transfer-encoding': 'chunked' }
    const { request, answer } = open(proxy, 'PUT', '/x', headers)
    request.end(bytes)
    expect((await readAll(await answer)).body).toBe('true')
    const got = upstream.received[0]?.headers
    expect([got?.['content-length'] ?? null, got?.['transfer-encoding'] ?? null]).toEqual(
      framing === 'length' ? [String(length), null] : [null, 'chunked'],
    )
    expect(await endOf(proxy)).toMatchObject({ finished: { requestBytes: length } })
  })

  it('streams: the provider reads the first part before the last is sent', async () => {
    let first = ''
    const proxy = await proxyTo(
      await serve((request, response) => {
        request.once('data', (chunk: Buffer) => {
          first = chunk.toString()
        })
        request.on('end', () => response.end('done'))
      }),
    )
    const { request, answer } = open(proxy, 'POST', '/x', { 'transfer-encoding': 'chunked' })
    request.write('first')
    await until(() => (first === '' ? undefined : first))
    request.end('last')
    expect((await readAll(await answer)).body).toBe('done')
  })

  it('without a body is framed as its method asks', async () => {
    const upstream = await startUpstream((_received, response) => response.end())
    const proxy = await proxyTo(upstream)
    await proxy.send('GET', '/v1/p/up/x')
    await proxy.send('POST', '/v1/p/up/x')
    await proxy.send('DELETE', '/v1/p/up/x')
    expect(upstream.received.map(({ headers }) => headers['content-length'] ?? null)).toEqual([null, '0', null])
    expect(upstream.received.every(({ headers }) => headers['transfer-encoding'] === undefined)).toBe(true)
  })

  it('of a client that asks for 100 Continue is asked for once it may be sent, and not before', async () => {
    const upstream = await startUpstream((received, response) => response.end(received.body))
    const proxy = await proxyTo(upstream)
    const { request, answer } = open(proxy, 'POST', '/x', { expect: '100-continue', 'content-length': '4' })
    let asked = false
    request.on('continue', () => {
      asked = true
      request.end('body')
    })
    request.flushHeaders()
    expect((await readAll(await answer)).body).toBe('body')
    expect(asked).toBe(true)
    expect(upstream.received[0]?.headers.expect).toBeUndefined()

    const refused = open(proxy, 'POST', '/../x', { expect: '100-continue', 'content-length': '4' })
    let askedAgain = false
    refused.request.on('continue', () => {
      askedAgain = true
    })
    refused.request.flushHeaders()
    const answered = await refused.answer
    expect([answered.statusCode, answered.headers.connection, askedAgain]).toEqual([400, 'close', false])
  })

  it('that is refused is answered at once, and the connection goes on where the body is small', async () => {
    const proxy = await proxyTo(await startUpstream((_received, response) => response.end('ok')))
    const body = 'x'.repeat(100_000)
    const text = await exchangeRaw(
      proxy.port,
      `POST /v1/p/none/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}${rawGet('/y')}`,
    )
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200'])
  })

  it('that is refused and goes on for ever is cut off', async () => {
    const proxy = await proxyTo(await startUpstream((_received, response) => response.end('ok')))
    const socket = connect(proxy.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.write(
      `POST /v1/p/none/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nContent-Length: 200000000\r\n\r\n`,
    )
    const piece = Buffer.alloc(64 * 1024)
    const pump = setInterval(() => socket.writable && socket.write(piece), 1)
    await closed
    clearInterval(pump)
    expect(text).toMatch(/^HTTP\/1\.1 404/)
  })
})

describe('what changes while an answer is under way', () => {
  it.each(['FEED_KIND_APP', 'FEED_KIND_SECRET'] as const)(
    '%s: an app that falls cuts it, a secret that is replaced does not',
    async (kind) => {
      let stream: ServerResponse | undefined
      let closed = false
      const proxy = await proxyTo(
        await serve((_request, response) => {
          stream = response
          response.write('data: 1\n\n')
          response.on('close', () => {
            closed = true
          })
        }),
      )
      proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { labels: [{ kind, id: 'x', generation: 1 }] }))
      const { request, answer } = open(proxy, 'GET', '/x')
      request.end()
      const events = await answer
      await next(events)
      proxy.plane.fell({ kind, id: 'x', generation: 2 })
      if (kind === 'FEED_KIND_SECRET') stream?.end('data: 2\n\n')
      const { whole } = await readAll(events)
      expect(whole).toBe(kind === 'FEED_KIND_SECRET')
      await until(() => (closed ? true : undefined), 1_000)
      expect(await endOf(proxy)).toMatchObject({ finished: { aborted: kind === 'FEED_KIND_APP' } })
      expect(proxy.plane.followed).toBe(0)
    },
  )
})

function originOf(proxy: ProxyUnderTest): string {
  return proxy.plane.routeOf.get('up')?.target.origin ?? ''
}
