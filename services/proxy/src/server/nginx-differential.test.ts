import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWithNginx, startTestNginx, type TestNginx } from '@protectmyapi/dev-kit/servers/test-nginx'
import fc from 'fast-check'
import { routeTo } from '../test/fake-data-plane.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'

/** One request, as it is meant. */
interface Meant {
  readonly method: string
  readonly target: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
  /** Sizes of its chunks; null for a length. */
  readonly chunks: readonly number[] | null
}

/** nginx refuses a second one of these with its own 400, which is not tested here. */
const SINGLE = /^(?:if-none-match|range|content-type)$/i
const Name = fc.oneof(
  fc.constantFrom(
    'X-A',
    'x_a',
    'X.A',
    'Accept',
    'Range',
    'Content-Type',
    'If-None-Match',
    'Expect',
    'TE',
    'Via',
    'Cookie',
  ),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 12 }),
)
const Value = fc
  .string({ unit: fc.constantFrom(...'aZ09 \t"\\,;:=/?<>{}[]()@%&+-_.\u00a0\u00e9\u00ff'), maxLength: 24 })
  .map((value) => value.trim())
const Segment = fc.string({
  unit: fc.constantFrom(...'aB09-_~!$&*+=:@', '%41', '%20', '%C3%A9'),
  minLength: 1,
  maxLength: 8,
})
const Query = fc.string({ unit: fc.constantFrom(...'aB09=&;+?/%"<>{}|\\^`[]', '%00', '%0d%0a'), maxLength: 16 })
const Request: fc.Arbitrary<Meant> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    segments: fc.array(Segment, { minLength: 1, maxLength: 4 }),
    query: fc.option(Query),
    fields: fc.array(fc.tuple(Name, Value), { maxLength: 8 }),
    body: fc.string({
      unit: fc.constantFrom('a', '\0', '\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '\u00ff'),
      maxLength: 12,
    }),
    chunks: fc.option(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 })),
  })
  .map(({ segments, query, fields, ...rest }) => ({
    ...rest,
    fields: fields.filter(([name], at) => !SINGLE.test(name) || fields.findIndex(([other]) => other === name) === at),
    target: `/${segments.join('/')}${query === null ? '' : `?${query}`}`,
  }))

/** With chunk extensions and a trailer, which are for the next hop alone. */
function chunked(body: string, sizes: readonly number[]): string {
  let [rest, bytes] = [body, '']
  for (let at = 0; rest !== ''; at += 1) {
    const size = sizes[at % sizes.length] ?? 1
    const piece = rest.slice(0, size)
    bytes += `${piece.length.toString(16).padStart(at % 3, '0')};x="a;b"\r\n${piece}\r\n`
    rest = rest.slice(size)
  }
  return `${bytes}0\r\nX-Trailer: 1\r\n\r\n`
}

function bytesOf({ method, target, fields, body, chunks }: Meant, last: boolean): string {
  const lines = [
    `${method} /v1/p/up${target} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${APP_TOKEN}`,
    ...(last ? ['Connection: close'] : []),
    ...fields.map(([name, value]) => `${name}:${value}`),
    chunks === null ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${chunks === null ? body : chunked(body, chunks)}`
}

/** Fields that the proxy, nginx and Node each add or remove themselves. */
const NOT_COMPARED = /^(?:host|connection|content-length|transfer-encoding|authorization|accept-encoding)$/i
const NEVER_FORWARDED = /^(?:expect|te|via|cookie)$/i
const compared = (name: string): boolean => !NOT_COMPARED.test(name) && !NEVER_FORWARDED.test(name)

describeWithNginx('nginx behind the proxy', () => {
  let upstream: Upstream
  let nginx: TestNginx
  let proxy: ProxyUnderTest

  beforeAll(async () => {
    upstream = await startUpstream((_received, response) => response.end('ok'))
    nginx = await startTestNginx(upstream.port)
    proxy = await startProxy(nginx.port)
    proxy.plane.routeOf.set('up', routeTo(`http://127.0.0.1:${nginx.port}`))
  })

  afterAll(async () => {
    await proxy.close()
    await nginx.stop()
    await upstream.close()
  })

  it('parses forwarded requests as they were meant: the same number, methods, targets, fields and bodies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(Request, { minLength: 1, maxLength: 3 }), async (requests) => {
        upstream.received.length = 0
        const bytes = requests.map((request, at) => bytesOf(request, at === requests.length - 1)).join('')
        const answer = await exchangeRaw(proxy.port, bytes)
        expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(requests.map(() => 'HTTP/1.1 200'))
        const parsed = upstream.received.map(({ method, url, rawHeaders, body }) => ({
          method,
          target: url,
          fields: rawHeaders.flatMap((name, at) =>
            at % 2 === 0 && compared(name) ? [[name, rawHeaders[at + 1]]] : [],
          ),
          body: body.toString('latin1'),
          keys: rawHeaders.filter((value) => value.includes(KEY)),
        }))
        const meant = requests.map(({ method, target, fields, body }) => ({
          method,
          target,
          fields: fields.filter(([name]) => compared(name)),
          body,
          keys: [`Bearer ${KEY}`],
        }))
        // Requests of one pipeline are under way at once, so their order may differ.
        const sorted = (list: object[]): string[] => list.map((one) => JSON.stringify(one)).sort()
        expect(sorted(parsed)).toEqual(sorted(meant))
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('is never sent a request that it answers with an error, whatever bytes a client sends', async () => {
    const Broken = fc
      .tuple(
        Request,
        fc.array(
          fc.tuple(fc.nat(), fc.constantFrom('\r', '\n', '\0', ' ', '\t', ':', '\x0b', '\u00ff', '\r\n', '0', '')),
          { minLength: 1, maxLength: 3 },
        ),
      )
      .map(([request, edits]) =>
        edits.reduce(
          (bytes, [place, put]) => {
            const at = place % bytes.length
            return bytes.slice(0, at) + put + bytes.slice(at + 1)
          },
          bytesOf(request, true),
        ),
      )
    await fc.assert(
      fc.asyncProperty(Broken, async (bytes) => {
        upstream.received.length = 0
        // The second request ends a first one that was left open.
        const answer = await exchangeRaw(proxy.port, `${bytes}\r\n\r\nGET / HTTP/1.1\r\n\r\n`)
        const statuses = answer.match(/HTTP\/1\.1 \d+/g) ?? []
        expect(answer).not.toMatch(/HTTP\/1\.1 [45]\d\d [^\r]*\r\n(?:.+\r\n)*server: nginx/i)
        expect(upstream.received.length).toBe(statuses.filter((status) => status.endsWith('200')).length)
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
