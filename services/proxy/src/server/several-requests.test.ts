import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type RawClient, rawClient } from '@protectmyapi/dev-kit/raw-client'
import { statusesAndConnection } from '@protectmyapi/dev-kit/statuses-and-connection'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'

const FIELDS = `Host: x\r\nx-api-key: ${APP_TOKEN}\r\n`
/** Fields without a token. */
const STRANGER = 'Host: x\r\n'
const JUNK = '0\r\n\r\n'
const get = (path: string, more = ''): string => `GET /v1/p/up${path} HTTP/1.1\r\n${FIELDS}${more}\r\n`
const post = (path: string, more: string, body = '', fields = FIELDS): string =>
  `POST /v1/p/up${path} HTTP/1.1\r\n${fields}${more}\r\n${body}`

/** Ends the provider's answers, of which half has been sent. */
let ends: (() => void)[]
let isSlow: boolean
let upstream: Upstream
let proxy: ProxyUnderTest

beforeEach(async () => {
  ends = []
  isSlow = false
  upstream = await startUpstream((_received, response) => {
    if (!isSlow) return void response.end('ok')
    response.write('data: 1\n\n')
    ends.push(() => response.end('data: 2\n\n'))
  })
  proxy = await startProxy(upstream.port, { bounds: { headMs: 60_000 } })
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

/** What was answered until the connection closed: each status, and its Connection field. */
function client(bytes: string): RawClient {
  const raw = rawClient(proxy, bytes)
  return { ...raw, closed: raw.closed.then(statusesAndConnection) }
}

/** Returns once the proxy has read what was sent before. */
async function read(): Promise<void> {
  expect((await proxy.send('GET', '/healthz', { headers: {} })).status).toBe(200)
}

const atProvider = (): string[] => upstream.received.map(({ url }) => url)

describe('requests of one connection', () => {
  it('are begun one after the other, each when the one before has been answered', async () => {
    isSlow = true
    const { closed } = client(get('/a') + get('/b', 'Connection: close\r\n'))
    await until(() => ends[0])
    await read()
    expect(atProvider()).toEqual(['/a'])
    ends[0]?.()
    await until(() => ends[1])
    ends[1]?.()
    expect(await closed).toBe('200 keep-alive 200 close')
    expect(atProvider()).toEqual(['/a', '/b'])
  })

  it('are not begun after an answer that closes the connection, as all do while the proxy drains', async () => {
    proxy.drain()
    expect(await client(get('/a') + get('/b')).closed).toBe('200 close')
    expect(atProvider()).toEqual(['/a'])
  })

  it('are not begun once the client has left', async () => {
    isSlow = true
    const { socket } = client(get('/a') + get('/b'))
    await until(() => ends[0])
    socket.destroy()
    const [end] = await until(() => proxy.plane.recorded.find(({ ends }) => ends.length > 0)?.ends)
    expect(end).toMatchObject({ finished: { aborted: true } })
    await read()
    expect(atProvider()).toEqual(['/a'])
    expect(proxy.plane.recorded).toHaveLength(1)
  })
})

describe('no request is read after an offer to upgrade, because the parser drops what follows it:', () => {
  it('h2c, which is declined', async () => {
    isSlow = true
    const inner = get('/from-body')
    const { socket, closed } = client(
      get('/a', 'Connection: Upgrade\r\nUpgrade: h2c\r\n') + post('/b', `Content-Length: ${inner.length}\r\n`),
    )
    await until(() => ends[0])
    socket.write(inner)
    await read()
    ends[0]?.()
    expect(await closed).toBe('200 close')
    expect(atProvider()).toEqual(['/a'])
  })

  it('h2c with a body', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n'
    expect(await client(post('/a', upgrade, 'abc') + get('/b')).closed).toBe('200 close')
    expect(atProvider()).toEqual(['/a'])
  })

  it('WebSocket', async () => {
    expect(await client(get('/a', 'Connection: Upgrade\r\nUpgrade: websocket\r\n') + get('/b')).closed).toBe(
      '501 close',
    )
    expect(atProvider()).toEqual([])
  })
})

describe('unreadable bytes do not take away the answer to a whole request before them:', () => {
  it.each([
    ['a chunk size that is none', post('/b', 'Transfer-Encoding: chunked\r\n'), 'ZZ\r\n'],
    ['a head that goes wrong', 'POST /v1/p/up/b HTTP/1.1\r\n', 'X(: a\r\n'],
    ['a CONNECT', '', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s', async (_what, begin, bad) => {
    isSlow = true
    const { socket, heard, closed } = client(get('/a') + begin)
    await until(() => ends[0])
    socket.write(bad)
    await read()
    ends[0]?.()
    expect(await closed).toBe('200 keep-alive')
    expect(heard()).toMatch(/\r\n0\r\n\r\n$/)
    expect(atProvider()).toEqual(['/a'])
  })

  it('each request before them is answered, and the last answer announces that the connection closes', async () => {
    const refused = get('/b').replace(FIELDS, STRANGER)
    expect(await client(get('/a') + refused + JUNK).closed).toBe('200 keep-alive 401 close')
    expect(await client(get('/a') + get('/b') + JUNK).closed).toBe('200 keep-alive 200 close')
  })

  it('a request whose answer has begun is answered to its end, and then the connection closes', async () => {
    isSlow = true
    const { socket, heard, closed } = client(get('/a'))
    await until(() => (heard().includes('data: 1\n\n') ? true : undefined))
    socket.write(JUNK)
    await read()
    ends[0]?.()
    expect(await closed).toBe('200 keep-alive')
    expect(heard()).toMatch(/data: 2\n\n\r\n0\r\n\r\n$/)
  })
})

describe('a client that expects 100 Continue', () => {
  const EXPECT = 'Expect: 100-continue\r\n'
  const LENGTH = `${EXPECT}Content-Length: 3\r\n`

  it.each([
    ['without a body', post('/a', EXPECT)],
    ['with an empty one', post('/a', `${EXPECT}Content-Length: 0\r\n`)],
    ['with a body', post('/a', LENGTH, 'abc')],
    ['with chunks', post('/a', `${EXPECT}Transfer-Encoding: chunked\r\n`, '3\r\nabc\r\n0\r\n\r\n')],
  ])('%s is answered, and so is the request after it', async (_how, bytes) => {
    expect(await client(bytes + get('/b', 'Connection: close\r\n')).closed).toBe('100 200 keep-alive 200 close')
    expect(atProvider()).toEqual(['/a', '/b'])
  })

  it('and is refused with 401 has the request after it neither answered nor carried out', async () => {
    expect(await client(post('/a', LENGTH, 'abc', STRANGER) + get('/b')).closed).toBe('401 close')
    expect(atProvider()).toEqual([])
    expect(proxy.plane.recorded).toEqual([])
  })
})

it('a client that resets its connection after a CONNECT does not keep the proxy from serving others', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('connect', resolve))
  socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.resetAndDestroy())
  await closed
  await read()
})
