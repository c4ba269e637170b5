import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { routeTo } from '../test/fake-data-plane.js'
import { proxiesOfEachTest } from '../test/proxy-to.js'
import { KEY } from '../test/start-proxy.js'
import { serve, startRawUpstream, startUpstream } from '../test/start-upstream.js'
import { endOf, next, open, originOf, rawGet, readAll } from '../test/streaming-client.js'

const proxyTo = proxiesOfEachTest()

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

  it('of 3 MiB of random bytes in many chunks passes byte for byte', async () => {
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

  const CUT: readonly [how: string, begun: string, rest: string][] = [
    ['cut in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart ', ''],
    ['cut in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n', ''],
    [
      'cut in a chunked body of a closing connection',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n',
      '',
    ],
    ['that turns to rubbish', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npart \r\n', 'XX\r\n'],
  ]

  it.each(CUT)(
    '%s reaches the client up to the cut, never looks complete, and is recorded as UPSTREAM_UNREACHABLE',
    async (_how, begun, rest) => {
      let provider: Socket | undefined
      const proxy = await proxyTo(
        await startRawUpstream((socket) => {
          provider = socket
          socket.once('data', () => socket.write(begun))
        }),
      )
      const { request, answer } = open(proxy, 'GET', '/cut')
      request.end()
      const cut = await answer
      expect(await next(cut)).toBe('part ')
      provider?.end(rest)
      expect(await readAll(cut)).toEqual({ body: '', whole: false })
      expect(await endOf(proxy)).toMatchObject({
        finished: { status: 200, aborted: true, fault: 'UPSTREAM_UNREACHABLE', responseBytes: 5 },
      })
    },
  )

  it.each(CUT)(
    '%s never looks complete either if the cut comes together with the beginning',
    async (_how, begun, rest) => {
      const proxy = await proxyTo(
        await startRawUpstream((socket) => socket.once('data', () => socket.end(begun + rest))),
      )
      const { request, answer } = open(proxy, 'GET', '/cut')
      request.end()
      expect((await readAll(await answer)).whole).toBe(false)
      expect(await endOf(proxy)).toMatchObject({
        finished: { status: 200, aborted: true, fault: 'UPSTREAM_UNREACHABLE' },
      })
    },
  )

  it('that is cut short ends in a reset for an HTTP/1.0 client, to whom a close would look complete', async () => {
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

  it('to HEAD, or with status 204 or 304, arrives without a body', async () => {
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

  it('keeps its trailers, except for Set-Cookie', async () => {
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.on('data', () =>
          socket.write(
            'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n\r\n',
          ),
        ),
      ),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect(answer).toMatchObject({ status: 200, body: 'abc' })
    expect(answer.trailers).toEqual({ 'x-sum': '1' })
  })

  it('is held back in bounded memory while the client reads nothing, and arrives whole once it reads on', async () => {
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
    // The client reads nothing, so writing stops at what the sockets' buffers hold.
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

describe('an answer that holds the key', () => {
  it('in two pieces of its body ends before the key, and never looks complete', async () => {
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
  ])('in %s is replaced by 502 UPSTREAM_LEAKED_KEY', async (_where, write) => {
    const proxy = await proxyTo(await startUpstream((_received, response) => void write(response)))
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })

  it('in a later chunk of the first packet is replaced by 502 UPSTREAM_LEAKED_KEY from the start', async () => {
    const piece = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.once('data', () =>
          socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${piece('first ')}${piece(`${KEY} `)}`),
        ),
      ),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(answer.body).not.toContain('first')
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 502, responseBytes: 0 } })
  })

  it('in a trailer is cut before its trailers, and never looks complete', async () => {
    let stream: ServerResponse | undefined
    const proxy = await proxyTo(
      await serve((_request, response) => {
        response.writeHead(200, { trailer: 'x-t' })
        response.write('body\n')
        stream = response
      }),
    )
    const { request, answer } = open(proxy, 'GET', '/x')
    request.end()
    const cut = await answer
    expect(await next(cut)).toBe('body\n')
    stream?.addTrailers({ 'x-t': KEY })
    stream?.end()
    expect((await readAll(cut)).whole).toBe(false)
    expect(JSON.stringify(cut.trailers)).not.toContain(KEY)
  })

  it('in a body that comes together with the head is replaced by 502 UPSTREAM_LEAKED_KEY', async () => {
    const proxy = await proxyTo(
      await startUpstream((_received, response) => response.writeHead(400).end(`{"error":"key ${KEY} is odd"}`)),
    )
    const answer = await proxy.send('GET', '/v1/p/up/x')
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })
})

describe('a change while an answer is under way', () => {
  it.each(['FEED_KIND_APP', 'FEED_KIND_SECRET'] as const)(
    'of kind %s cuts the answer if an app fell, and does not if a secret was replaced',
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
