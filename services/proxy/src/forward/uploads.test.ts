import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { proxiesOfEachTest } from '../test/proxy-to.js'
import { APP_TOKEN } from '../test/start-proxy.js'
import { serve, startRawUpstream, startUpstream } from '../test/start-upstream.js'
import { endOf, exchangeRaw, open, rawGet, readAll } from '../test/streaming-client.js'

const proxyTo = proxiesOfEachTest()

describe('an upload', () => {
  it.each([
    ['small', 1_000, 'length'],
    ['at the bound', 64 * 1024, 'length'],
    ['large', 5_000_000, 'length'],
    ['of unknown length', 5_000_000, 'chunked'],
  ])('(%s) arrives byte for byte with one framing field, and its size is recorded', async (_size, length, framing) => {
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

  it('without a body has Content-Length 0 if it is a POST, and no framing if it is a GET or DELETE', async () => {
    const upstream = await startUpstream((_received, response) => response.end())
    const proxy = await proxyTo(upstream)
    await proxy.send('GET', '/v1/p/up/x')
    await proxy.send('POST', '/v1/p/up/x')
    await proxy.send('DELETE', '/v1/p/up/x')
    expect(upstream.received.map(({ headers }) => headers['content-length'] ?? null)).toEqual([null, '0', null])
    expect(upstream.received.every(({ headers }) => headers['transfer-encoding'] === undefined)).toBe(true)
  })

  it('whose client waits for 100 Continue is asked for if it is accepted, and not if it is refused', async () => {
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

  it('of 100 kB that is refused leaves its connection usable for the next request', async () => {
    const proxy = await proxyTo(await startUpstream((_received, response) => response.end('ok')))
    const body = 'x'.repeat(100_000)
    const text = await exchangeRaw(
      proxy.port,
      `POST /v1/p/none/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}${rawGet('/y')}`,
    )
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200'])
  })

  it('that is refused with 404 and never ends has its connection closed', async () => {
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

  it('that never ends is cut off after the provider’s answer, even if 100 Continue had asked for it', async () => {
    // The provider answers as soon as anything has come.
    const proxy = await proxyTo(
      await startRawUpstream((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
      ),
    )
    const socket = connect(proxy.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
    let text = ''
    let pump: NodeJS.Timeout | undefined
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      pump ??= setInterval(() => socket.writable && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`), 1)
    })
    socket.write(
      `POST /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    await closed
    clearInterval(pump)
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
  })
})
