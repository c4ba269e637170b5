import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { statusesAndCode } from '@protectmyapi/dev-kit/statuses-and-code'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'

let upstream: Upstream
let proxy: ProxyUnderTest
beforeAll(async () => {
  upstream = await startUpstream((_received, response) => response.end('ok'))
  proxy = await startProxy(upstream.port)
})
beforeEach(() => {
  upstream.received.length = 0
  proxy.plane.recorded.length = 0
})
afterAll(async () => {
  await proxy.close()
  await upstream.close()
})

/** Has four fields. */
const head = (target: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-api-key: ${APP_TOKEN}\r\nX-A: 1\r\n`
const HEAD = head('/v1/p/up/x')
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const queryOf = (chars: number): string => `a=b&${'a=b&'.repeat(10_000)}`.slice(0, chars)
const ATTEST = `${head('/v1/attest/debug')}Content-Type: application/json\r\n`
const jsonOf = (bytes: number): string => `Content-Length: ${bytes}\r\n\r\n${' '.repeat(bytes)}`

const SERVED = '200'
const FIELDS = '431 TOO_LARGE'
const BODY = '413 TOO_LARGE'

describe('a request at or beyond a bound gets exactly one answer, and another request is served meanwhile:', () => {
  it.each([
    ['as many fields as there may be', `${HEAD}${'X-B: 1\r\n'.repeat(124)}\r\n`, SERVED],
    ['one field more', `${HEAD}${'X-B: 1\r\n'.repeat(125)}\r\n`, FIELDS],
    ['fields of a byte', `${HEAD}${'a:\r\n'.repeat(8_000)}\r\n`, FIELDS],
    ['as many cookies as there may be', `${HEAD}${'Cookie: a=b\r\n'.repeat(124)}\r\n`, SERVED],
    ['one cookie more', `${HEAD}${'Cookie: a=b\r\n'.repeat(125)}\r\n`, FIELDS],
    ['a huge cookie', `${HEAD}Cookie: ${'a'.repeat(32 * 1024)}\r\n\r\n`, FIELDS],
    ['a cookie of many', `${HEAD}Cookie: ${'a=b;'.repeat(7_000)}\r\n\r\n`, SERVED],
    ['a huge name', `${HEAD}${'a'.repeat(32 * 1024)}: 1\r\n\r\n`, FIELDS],
    ['thousands of pairs', `${head(`/v1/p/up/x?${queryOf(14 * 1024)}`)}\r\n`, SERVED],
    ['pairs beyond a target’s bound', `${head(`/v1/p/up/x?${queryOf(16 * 1024 - 10)}`)}\r\n`, '400 PATH_NOT_ALLOWED'],
    ['a huge target', `${head(`/v1/p/up/${'a'.repeat(32 * 1024)}`)}\r\n`, FIELDS],
    ['many trailers', `${CHUNKED}${chunk('a')}0\r\n${'a: b\r\n'.repeat(17_000)}\r\n`, FIELDS],
    ['a huge trailer', `${CHUNKED}${chunk('a')}0\r\nX-B: ${'a'.repeat(32 * 1024)}\r\n\r\n`, FIELDS],
    ['trailers within the bound', `${CHUNKED}${chunk('a')}0\r\n${'a: b\r\n'.repeat(5_000)}\r\n`, SERVED],
    ['a huge chunk extension', `${CHUNKED}1;${'a'.repeat(17 * 1024)}\r\na\r\n0\r\n\r\n`, BODY],
    ['an extension of each chunk', `${CHUNKED}${'1;abcdefg\r\na\r\n'.repeat(3_000)}0\r\n\r\n`, SERVED],
    ['chunks of a byte', `${CHUNKED}${chunk('a').repeat(5_000)}0\r\n\r\n`, SERVED],
    ['as many of them as there may be', `${CHUNKED}${chunk('a').repeat(16_384)}0\r\n\r\n`, SERVED],
    ['one more of them', `${CHUNKED}${chunk('a').repeat(16_385)}0\r\n\r\n`, '400 INVALID_REQUEST'],
    ['more, of 32 bytes', `${CHUNKED}${chunk('a'.repeat(32)).repeat(16_385)}0\r\n\r\n`, SERVED],
    ['a token of 4 KiB', `${ATTEST}${jsonOf(4 * 1024)}`, '400 INVALID_REQUEST'],
    ['a token of one byte more', `${ATTEST}${jsonOf(4 * 1024 + 1)}`, BODY],
  ])('%s', async (_what, bytes, expected) => {
    const [answer, other] = await Promise.all([exchangeRaw(proxy.port, bytes), proxy.send('GET', '/v1/p/up/other')])
    expect(other.status).toBe(200)
    expect(statusesAndCode(answer)).toBe(expected)
    const got = upstream.received.filter(({ url }) => url !== '/other')
    expect(got.length).toBe(expected === SERVED ? 1 : 0)
    for (const { headers, rawHeaders } of got) {
      expect(headers.cookie).toBeUndefined()
      expect(rawHeaders.length).toBeLessThan(2 * 140)
    }
    await until(() => (proxy.plane.recorded.every(({ ends }) => ends.length === 1) ? true : undefined))
  })

  it('a hundred requests that are pipelined on one connection, of which each is answered', async () => {
    const kept = HEAD.replace('Connection: close\r\n', '')
    const answer = await exchangeRaw(proxy.port, `${`${kept}\r\n`.repeat(99)}${HEAD}\r\n`)
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(100)
    expect(upstream.received).toHaveLength(100)
  })
})
