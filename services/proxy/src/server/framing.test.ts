import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { statusesAndCode } from '@protectmyapi/dev-kit/statuses-and-code'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { serve, startRawUpstream, startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'

const line = (target: string, method = 'POST', version = 'HTTP/1.1'): string => `${method} ${target} ${version}\r\n`
const FIELDS = `Host: x\r\nx-api-key: ${APP_TOKEN}\r\n`
const HEAD = line('/v1/p/up/x') + FIELDS
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n`
/** What a smuggler wants the provider to take for a separate request. */
const SMUGGLED = `${line('/v1/p/up/smuggled', 'GET')}${FIELDS}\r\n`

describe('a request that servers read in different ways is refused, and the connection with it:', () => {
  let bytesAtProvider: string
  let provider: { port: number; close(): Promise<void> }
  let proxy: ProxyUnderTest

  beforeEach(async () => {
    bytesAtProvider = ''
    provider = await startRawUpstream((socket) => {
      socket.on('data', (chunk: Buffer) => {
        bytesAtProvider += chunk.toString('latin1')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    proxy = await startProxy(provider.port)
  })

  afterEach(async () => {
    await proxy.close()
    await provider.close()
  })

  /** Statuses of all answers until the connection closed, and the proxy's code. */
  async function refusalOf(bytes: string): Promise<string> {
    return statusesAndCode(await exchangeRaw(proxy.port, bytes))
  }

  const BAD = '400 INVALID_REQUEST'
  const PATH = '400 PATH_NOT_ALLOWED'

  it.each([
    // RFC 9112 § 2.2, § 3: lines and the request line.
    ['bare LFs', `${HEAD.replaceAll('\r\n', '\n')}\n`, BAD],
    ['a bare CR in the request line', `POST /v1/p/up/x\rHTTP/1.1\r\n${FIELDS}\r\n`, BAD],
    ['a bare LF behind the request line', `POST /v1/p/up/x HTTP/1.1\n${FIELDS}\r\n`, BAD],
    ['a line of blanks before the fields', `${line('/v1/p/up/x')} \r\n${FIELDS}\r\n`, BAD],
    ['a field before the request line', `Host: x\r\n${HEAD}\r\n`, BAD],
    ['no version', `GET /v1/p/up/x\r\n${FIELDS}\r\n`, BAD],
    ['HTTP/0.9', `${line('/v1/p/up/x', 'GET', 'HTTP/0.9')}${FIELDS}\r\n`, BAD],
    ['HTTP/1.2', `${line('/v1/p/up/x', 'GET', 'HTTP/1.2')}${FIELDS}\r\n`, BAD],
    ['HTTP/2.0', `${line('/v1/p/up/x', 'GET', 'HTTP/2.0')}${FIELDS}\r\n`, BAD],
    ['HTTP/1.10', `${line('/v1/p/up/x', 'GET', 'HTTP/1.10')}${FIELDS}\r\n`, BAD],
    ['http/1.1', `${line('/v1/p/up/x', 'GET', 'http/1.1')}${FIELDS}\r\n`, BAD],
    ['HTTP/2’s preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', BAD],
    ['a tab in the request line', `POST\t/v1/p/up/x HTTP/1.1\r\n${FIELDS}\r\n`, BAD],
    ['a blank in the target', `${line('/v1/p/up/x y')}${FIELDS}\r\n`, BAD],
    ['a method in lower case', `${line('/v1/p/up/x', 'post')}${FIELDS}\r\n`, BAD],
    ['a method that nobody knows', `${line('/v1/p/up/x', 'SPY')}${FIELDS}\r\n`, BAD],
    // § 3.2: the target’s form.
    ['the absolute form', `${line('http://api.example.com/v1/p/up/x')}${FIELDS}\r\n`, PATH],
    ['the absolute form of another scheme', `${line('gopher://x/v1/p/up/x')}${FIELDS}\r\n`, PATH],
    ['the authority form', `${line('api.example.com:443', 'GET')}${FIELDS}\r\n`, BAD],
    ['the authority form in CONNECT', `${line('api.example.com:443', 'CONNECT')}${FIELDS}\r\n`, '405 INVALID_METHOD'],
    ['the asterisk', `${line('*', 'OPTIONS')}${FIELDS}\r\n`, PATH],
    ['the asterisk of another method', `${line('*', 'GET')}${FIELDS}\r\n`, PATH],
    ['a fragment', `${line('/v1/p/up/x#y')}${FIELDS}\r\n`, PATH],
    ['bytes above ASCII in the target', `${line('/v1/p/up/\xc3\xa9')}${FIELDS}\r\n`, BAD],
    // § 3.2 and RFC 9110 § 7.2: Host.
    ['no Host', `${line('/v1/p/up/x')}x-api-key: ${APP_TOKEN}\r\n\r\n`, BAD],
    ['an empty Host', `${line('/v1/p/up/x')}Host: \r\nx-api-key: ${APP_TOKEN}\r\n\r\n`, BAD],
    ['two Hosts that differ', `${HEAD}Host: y\r\n\r\n`, BAD],
    ['two Hosts that agree', `${HEAD}host: x\r\n\r\n`, BAD],
    ['a list of Hosts', `${HEAD.replace('Host: x', 'Host: x, y')}\r\n`, BAD],
    ['a user in Host', `${HEAD.replace('Host: x', 'Host: u@x')}\r\n`, BAD],
    ['a path in Host', `${HEAD.replace('Host: x', 'Host: x/y')}\r\n`, BAD],
    ['a port in Host that is none', `${HEAD.replace('Host: x', 'Host: x:port')}\r\n`, BAD],
    ['a Host that is too long', `${HEAD.replace('Host: x', `Host: ${'x'.repeat(300)}`)}\r\n`, BAD],
    ['a bad Host in HTTP/1.0', `${line('/v1/p/up/x', 'GET', 'HTTP/1.0')}${FIELDS.replace('x', 'a b')}\r\n`, BAD],
    // § 5: fields.
    ['a blank before the colon', `${HEAD}X-A : 1\r\n\r\n`, BAD],
    ['a tab before the colon', `${HEAD}X-A\t: 1\r\n\r\n`, BAD],
    ['no colon', `${HEAD}X-A\r\n\r\n`, BAD],
    ['no name', `${HEAD}: 1\r\n\r\n`, BAD],
    ['a name in bytes above ASCII', `${HEAD}X-\xc3\xa9: 1\r\n\r\n`, BAD],
    ['a name with a control character', `${HEAD}X\x01A: 1\r\n\r\n`, BAD],
    ['obs-fold', `${HEAD}X-A: 1\r\n 2\r\n\r\n`, BAD],
    ['obs-fold by a tab', `${HEAD}X-A: 1\r\n\t2\r\n\r\n`, BAD],
    ['obs-fold of a length', `${HEAD}Content-Length:\r\n 4\r\n\r\nbody`, BAD],
    ['a bare CR in a value', `${HEAD}X-A: 1\rX-B: 2\r\n\r\n`, BAD],
    ['a bare LF in a value', `${HEAD}X-A: 1\nX-B: 2\r\n\r\n`, BAD],
    ['CR CR LF', `${HEAD}X-A: 1\r\r\n\r\n`, BAD],
    ['NUL in a value', `${HEAD}X-A: 1\x002\r\n\r\n`, BAD],
    ['DEL in a value', `${HEAD}X-A: 1\x7f2\r\n\r\n`, BAD],
    ['another control character in a value', `${HEAD}X-A: 1\x012\r\n\r\n`, BAD],
    ['a head that is too large', `${HEAD}X-A: ${'a'.repeat(40_000)}\r\n\r\n`, '431 TOO_LARGE'],
    ['a name that is too large', `${HEAD}${'a'.repeat(40_000)}: 1\r\n\r\n`, '431 TOO_LARGE'],
    ['too many fields', `${HEAD}${'a: b\r\n'.repeat(200)}\r\n`, '431 TOO_LARGE'],
    // § 6: the body’s length.
    ['both lengths', `${CHUNKED}Content-Length: 4\r\n\r\n0\r\n\r\n`, BAD],
    [
      'both lengths the other way round',
      `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      BAD,
    ],
    ['a length beside another coding', `${HEAD}Transfer-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody`, BAD],
    ['two lengths that differ', `${HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody`, BAD],
    ['two lengths that agree', `${HEAD}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`, BAD],
    ['a list of lengths', `${HEAD}Content-Length: 4, 4\r\n\r\nbody`, BAD],
    ['an empty length', `${HEAD}Content-Length: \r\n\r\n`, BAD],
    ...['+4', '-4', '0x4', '4.0', '4e0', '4 4', '\u00b2', '"4"', '4\x0b', '18446744073709551616', '9'.repeat(400)].map(
      (length): [string, string, string] => [
        `a length of ${length}`,
        `${HEAD}Content-Length: ${length}\r\n\r\nbody`,
        BAD,
      ],
    ),
    ...[
      ...['xchunked', 'chunkedx', 'gzip', 'identity', 'chunked, identity', 'chunked;q=1', '"chunked"', '\x0bchunked'],
      ...['gzip, chunked', 'chunked, chunked', 'chunked,', ',chunked', 'identity, chunked', 'chunked\x00', ''],
    ].map((coding): [string, string, string] => [
      `a coding of ${JSON.stringify(coding)}`,
      `${HEAD}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`,
      BAD,
    ]),
    ['two codings in two fields', `${HEAD}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, BAD],
    ['chunked as a content coding', `${HEAD}Content-Encoding: Chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, BAD],
    [
      'chunked among content codings',
      `${HEAD}Content-Encoding: gzip\r\nContent-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
      BAD,
    ],
    ['chunked twice', `${CHUNKED}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, BAD],
    ['chunks in HTTP/1.0', `${CHUNKED.replace('1.1', '1.0')}\r\n0\r\n\r\n`, BAD],
    // § 7.1: the part of the body that is read before anything has left.
    ...['0x1', '+1', '-1', ' 1', '', 'g', '1 ', '1\t', 'fffffffffffffffff', '1;a\x00b', '1\n', '1;a\n', '1\r\r'].map(
      (size): [string, string, string] => [
        `a chunk’s size of ${JSON.stringify(size)}`,
        `${CHUNKED}\r\n${size}\r\na\r\n0\r\n\r\n`,
        BAD,
      ],
    ),
    ['a chunk extension that is too large', `${CHUNKED}\r\n1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n`, '413 TOO_LARGE'],
    ['trailers that are too large', `${CHUNKED}\r\n0\r\nX-A: ${'a'.repeat(40_000)}\r\n\r\n`, '431 TOO_LARGE'],
    ['a trailer with a blank before the colon', `${CHUNKED}\r\n0\r\nX-A : 1\r\n\r\n`, BAD],
    ['a trailer that goes on', `${CHUNKED}\r\n0\r\nX-A: 1\r\n 2\r\n\r\n`, BAD],
    // RFC 9110 § 7.8.
    [
      'a WebSocket',
      `${line('/v1/p/up/x', 'GET')}${FIELDS}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      '501 NOT_IMPLEMENTED',
    ],
    ['h2', `${line('/v1/p/up/x', 'GET')}${FIELDS}Connection: Upgrade\r\nUpgrade: h2\r\n\r\n`, '501 NOT_IMPLEMENTED'],
    [
      'a list of protocols',
      `${line('/v1/p/up/x', 'GET')}${FIELDS}Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n`,
      '501 NOT_IMPLEMENTED',
    ],
  ])('%s', async (_what, bytes, refusal) => {
    expect(await refusalOf(bytes + SMUGGLED)).toBe(refusal)
    expect(bytesAtProvider).toBe('')
    // A request that was admitted before the rest could not be parsed is void.
    expect(proxy.plane.recorded.flatMap(({ ends }) => ends)).toEqual(
      proxy.plane.recorded.map(() => ({ voided: expect.any(String) })),
    )
  })
})

describe('a request that all servers read in one way is forwarded in one spelling:', () => {
  let upstream: Upstream
  let proxy: ProxyUnderTest

  beforeEach(async () => {
    upstream = await startUpstream((_received, response) => response.end('ok'))
    proxy = await startProxy(upstream.port)
  })

  afterEach(async () => {
    await proxy.close()
    await upstream.close()
  })

  const LAST = 'Connection: close\r\n'
  const LAST_CHUNKED = `${CHUNKED}${LAST}\r\n`
  const seen = (over: object = {}): object => ({
    method: 'POST',
    url: '/x',
    length: '0',
    coding: null,
    body: '',
    ...over,
  })
  const chunks = (body: string): object => seen({ length: null, coding: 'chunked', body })

  it.each([
    ['an empty line in front (RFC 9112 § 2.2)', `\r\n${HEAD}${LAST}\r\n`, seen()],
    ['HTTP/1.0', `${line('/v1/p/up/x', 'GET', 'HTTP/1.0')}${FIELDS}\r\n`, seen({ method: 'GET', length: null })],
    [
      'HTTP/1.0 without Host',
      `${line('/v1/p/up/x', 'GET', 'HTTP/1.0')}x-api-key: ${APP_TOKEN}\r\n\r\n`,
      seen({ method: 'GET', length: null }),
    ],
    [
      'HTTP/1.0 with a length',
      `${line('/v1/p/up/x', 'POST', 'HTTP/1.0')}${FIELDS}Content-Length: 4\r\n\r\nbody`,
      seen({ length: '4', body: 'body' }),
    ],
    [
      'a length with zeros in front',
      `${HEAD}${LAST}Content-Length: 0004\r\n\r\nbody`,
      seen({ length: '4', body: 'body' }),
    ],
    [
      'a length with blanks around it',
      `${HEAD}${LAST}Content-Length:   4  \r\n\r\nbody`,
      seen({ length: '4', body: 'body' }),
    ],
    [
      'a GET with a body',
      `${line('/v1/p/up/x', 'GET')}${FIELDS}${LAST}Content-Length: 4\r\n\r\nbody`,
      seen({ method: 'GET', length: '4', body: 'body' }),
    ],
    [
      'a DELETE with a body',
      `${line('/v1/p/up/x', 'DELETE')}${FIELDS}${LAST}Content-Length: 4\r\n\r\nbody`,
      seen({ method: 'DELETE', length: '4', body: 'body' }),
    ],
    [
      'an OPTIONS with a body',
      `${line('/v1/p/up/x', 'OPTIONS')}${FIELDS}${LAST}Content-Length: 4\r\n\r\nbody`,
      seen({ method: 'OPTIONS', length: '4', body: 'body' }),
    ],
    ['CHUNKED in any case', `${HEAD}${LAST}Transfer-Encoding: ChunKed\r\n\r\n4\r\nbody\r\n0\r\n\r\n`, chunks('body')],
    ['chunks without a byte in them, as a length', `${LAST_CHUNKED}0\r\n\r\n`, seen()],
    [
      'several blanks in the request line (RFC 9112 § 3)',
      `POST   /v1/p/up/x   HTTP/1.1\r\n${FIELDS}${LAST}\r\n`,
      seen(),
    ],
    ['chunks with zeros in front', `${LAST_CHUNKED}0004\r\nbody\r\n000\r\n\r\n`, chunks('body')],
    [
      'sizes in both cases',
      `${LAST_CHUNKED}a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n`,
      chunks('01234567890123456789'),
    ],
    ['chunk extensions, which end here', `${LAST_CHUNKED}4;a=b;c="d;e"\r\nbody\r\n0;f\r\n\r\n`, chunks('body')],
    [
      'trailers, which end here',
      `${LAST_CHUNKED}4\r\nbody\r\n0\r\nX-A: 1\r\nAuthorization: Bearer foreign\r\n\r\n`,
      chunks('body'),
    ],
    [
      'names that only look like framing',
      `${HEAD}${LAST}Transfer_Encoding: chunked\r\nContent_Length: 4\r\n\r\n`,
      seen(),
    ],
    [
      'an expectation that is none',
      `${HEAD}${LAST}Expect: 200-ok\r\nContent-Length: 4\r\n\r\nbody`,
      seen({ length: '4', body: 'body' }),
    ],
  ])('%s', async (_what, bytes, expected) => {
    const answer = await exchangeRaw(proxy.port, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    const [first, ...others] = upstream.received
    expect(others).toEqual([])
    const { method, url, headers, body, rawHeaders } = first ?? { headers: {}, rawHeaders: [] }
    expect({
      method,
      url,
      length: headers['content-length'] ?? null,
      coding: headers['transfer-encoding'] ?? null,
      body: body?.toString('latin1'),
    }).toEqual(expected)
    expect(rawHeaders.join()).not.toMatch(/foreign|transfer_|content_|expect|x-a|trailer/i)
  })

  it('nothing that stands after a refused head is taken for a request', async () => {
    const refused = `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`
    const answer = await exchangeRaw(proxy.port, `${SMUGGLED}${refused}${SMUGGLED}${SMUGGLED}`)
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(upstream.received).toHaveLength(1)
  })

  it.each([
    ['a request behind the last one', `${line('/v1/p/up/x', 'GET')}${FIELDS}${LAST}\r\n`, SMUGGLED],
    ['rubbish', SMUGGLED, 'RUBBISH\r\n\r\n'],
  ])(
    'its answer is neither replaced nor followed by a refusal because of %s after it',
    async (_what, request, behind) => {
      // Once over a new connection to the provider, once over the one that is kept.
      for (const count of [1, 2]) {
        const answer = await exchangeRaw(proxy.port, request + behind)
        expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
        expect(upstream.received).toHaveLength(count)
      }
    },
  )
})

describe('a body that cannot be read to its end never arrives whole at the provider:', () => {
  it.each([
    ['a chunk that is longer than its size', '1\r\nab\r\n0\r\n\r\n'],
    ['a chunk that ends with LF', '1\r\na\n0\r\n\r\n'],
    ['a chunk that ends with nothing', '1\r\na0\r\n\r\n'],
    ['a size that is none', '1\r\na\r\nZZ\r\n'],
    ['a trailer that is none', '1\r\na\r\n0\r\nX-A : 1\r\n\r\n'],
  ])('%s', async (_what, body) => {
    const ends: boolean[] = []
    const provider = await serve((request) => {
      request.on('error', () => {})
      request.resume()
      request.on('close', () => ends.push(request.complete))
    })
    const proxy = await startProxy(provider.port)
    // The head is sent by itself, so that it has left when the rest comes.
    const socket = connect(proxy.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    socket.write(`${CHUNKED}\r\n1\r\n`)
    await until(() => proxy.plane.recorded[0])
    socket.write(`a\r\n${body}${SMUGGLED}`)
    await closed
    await until(() => proxy.plane.recorded[0]?.ends[0])
    await proxy.close()
    await provider.close()
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(ends.filter((complete) => complete)).toEqual([])
    expect(proxy.plane.recorded).toHaveLength(1)
  })
})

it('a client that keeps its half of a refused connection open does not keep the proxy’s half open', async () => {
  const upstream = await startUpstream((_received, response) => response.end())
  const proxy = await startProxy(upstream.port, { bounds: { lingerMs: 20 } })
  const open = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  const before = open()
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  socket.resume()
  const ended = new Promise((resolve) => socket.on('end', resolve))
  socket.write('RUBBISH\r\n\r\n')
  await ended
  // Only the client's own half is left.
  expect(await until(() => (open() === before + 1 ? 'destroyed' : undefined))).toBe('destroyed')
  socket.destroy()
  await proxy.close()
  await upstream.close()
})
