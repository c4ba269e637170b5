import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import fc from 'fast-check'
import { routeTo } from '../test/fake-data-plane.js'
import { proxiesOfEachTest } from '../test/proxy-to.js'
import { KEY } from '../test/start-proxy.js'
import { startRawUpstream } from '../test/start-upstream.js'
import { exchangeRaw, originOf, rawGet } from '../test/streaming-client.js'

const proxyTo = proxiesOfEachTest()

/**
 * A provider that answers with given bytes, and how many requests came over each connection; `end` closes each
 * connection after its answer.
 */
async function answering(bytes: string, { end = false } = {}) {
  const requests: number[] = []
  const upstream = await startRawUpstream((socket) => {
    const at = requests.push(0) - 1
    socket.on('data', () => {
      requests[at] = (requests[at] ?? 0) + 1
      if (end) socket.end(bytes, 'latin1')
      else socket.write(bytes, 'latin1')
    })
  })
  // The library may have opened one more connection, for a request that was given up.
  return { perConnection: () => requests.filter((count) => count > 0), proxy: await proxyTo(upstream) }
}

const OK = 'HTTP/1.1 200 OK\r\n'
const LENGTH = 'Content-Length: 2\r\n'
const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CHUNKS = '2\r\nok\r\n0\r\n'
const BAD = '502 UPSTREAM_UNREACHABLE'

/** The status, and what came with it: the proxy's code, or the body. */
function outcomeOf(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
  return `${head.slice(9, 12)} ${/"code":"(\w+)"/.exec(body)?.[1] ?? body}`
}

describe('an ambiguous answer is refused, or passed without what follows it, and its connection never reused:', () => {
  it.each([
    ['both lengths', `${OK}${CHUNKED}Content-Length: 100\r\n\r\n${CHUNKS}\r\n`, BAD],
    ['both lengths the other way round', `${OK}${LENGTH}${CHUNKED}\r\n${CHUNKS}\r\n`, BAD],
    ['two lengths that differ', `${OK}${LENGTH}Content-Length: 3\r\n\r\nok`, BAD],
    ['two lengths that agree', `${OK}${LENGTH}${LENGTH}\r\nok`, BAD],
    ['a length that is none', `${OK}Content-Length: +2\r\n\r\nok`, BAD],
    ['a coding before chunked', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKS}\r\n`, BAD],
    ['a coding in a field before chunked', `${OK}Transfer-Encoding: gzip\r\n${CHUNKED}\r\n${CHUNKS}\r\n`, BAD],
    ['another coding', `${OK}Transfer-Encoding: gzip\r\n\r\nok`, BAD],
    ['an empty coding', `${OK}Transfer-Encoding:\r\n\r\nok`, BAD],
    ['a length beside an empty coding', `${OK}Transfer-Encoding:\r\n${LENGTH}\r\nok`, BAD],
    ['chunked twice', `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n${CHUNKS}\r\n`, BAD],
    ['chunked twice in two fields', `${OK}${CHUNKED}${CHUNKED}\r\n${CHUNKS}\r\n`, BAD],
    ['a length beside another coding', `${OK}Transfer-Encoding: identity\r\n${LENGTH}\r\nok`, BAD],
    ['a control character in a field', `${OK}X-A: a\x01b\r\n${LENGTH}\r\nok`, BAD],
    ['NUL in a field', `${OK}X-A: a\0b\r\n${LENGTH}\r\nok`, BAD],
    ['obs-fold', `${OK}X-A: a\r\n b\r\n${LENGTH}\r\nok`, BAD],
    ['a bare CR', `${OK}X-A: a\rb\r\n${LENGTH}\r\nok`, BAD],
    ['bare LFs', `${OK}${LENGTH}\r\nok`.replaceAll('\r', ''), BAD],
    ['a blank before a colon', `${OK}X-A : a\r\n${LENGTH}\r\nok`, BAD],
    ['a name that is none', `${OK}X(A: a\r\n${LENGTH}\r\nok`, BAD],
    ['a status below 100', `HTTP/1.1 099 X\r\n${LENGTH}\r\nok`, BAD],
    ['a status of four digits', `HTTP/1.1 1000 X\r\n${LENGTH}\r\nok`, BAD],
    ['100 Continue that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK}${LENGTH}\r\nok`, BAD],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxx',
      BAD,
    ],
    ['no HTTP', 'RUBBISH\r\n\r\n', BAD],
    ['a head that is too large', `${OK}${`X-A: ${'a'.repeat(100)}\r\n`.repeat(1_000)}\r\n`, BAD],
    ['too many cookies', `${OK}${`Set-Cookie: ${'a'.repeat(100)}\r\n`.repeat(1_000)}\r\n`, BAD],
    ['a flood of 1xx', `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17)}${OK}${LENGTH}\r\nok`, BAD],
    ['bytes behind its body', `${OK}${LENGTH}\r\nokEXTRA`, '200 ok'],
    ['another answer behind it', `${OK}${LENGTH}\r\nok${OK}Content-Length: 4\r\n\r\nevil`, '200 ok'],
    ['another answer behind a 304', `HTTP/1.1 304 Not Modified\r\n\r\n${OK}Content-Length: 4\r\n\r\nevil`, '304 '],
    ['a body behind a 304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok', '304 '],
    ['another answer behind a 204', `HTTP/1.1 204 No Content\r\n\r\n${OK}Content-Length: 4\r\n\r\nevil`, '204 '],
  ])('%s', async (_what, bytes, outcome) => {
    const { perConnection, proxy } = await answering(bytes)
    proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { timeoutMs: 1_000 } }))
    for (const once of [[1], [1, 1]]) {
      expect(outcomeOf(await exchangeRaw(proxy.port, rawGet('/')))).toBe(outcome)
      expect(perConnection()).toEqual(once)
    }
  })

  it('bytes that come after the answer, while the connection is idle', async () => {
    let late = (): void => {}
    let closed = 0
    let connections = 0
    const proxy = await proxyTo(
      await startRawUpstream((socket) => {
        connections += 1
        late = () => socket.write(`${OK}Content-Length: 4\r\n\r\nevil`)
        socket.on('close', () => {
          closed += 1
        })
        socket.on('data', () => socket.write(`${OK}${LENGTH}\r\nok`))
      }),
    )
    expect(outcomeOf(await exchangeRaw(proxy.port, rawGet('/')))).toBe('200 ok')
    late()
    await until(() => closed || undefined)
    expect(outcomeOf(await exchangeRaw(proxy.port, rawGet('/')))).toBe('200 ok')
    expect(connections).toBe(2)
  })

  it.each([
    ['a body that is shorter', `${OK}Content-Length: 3\r\n\r\nok`, true],
    ['a chunk’s size that is none', `${OK}${CHUNKED}\r\n2\r\nok\r\nZZ\r\n`, false],
    ['a chunk that is longer', `${OK}${CHUNKED}\r\n1\r\nok\r\n0\r\n\r\n`, false],
    ['no last chunk', `${OK}${CHUNKED}\r\n2\r\nok\r\n`, true],
    [
      'trailers that are too large',
      `${OK}${CHUNKED}\r\n${CHUNKS}${`X-A: ${'a'.repeat(100)}\r\n`.repeat(1_000)}\r\n`,
      false,
    ],
    ['a trailer that is none', `${OK}${CHUNKED}\r\n${CHUNKS}X(A: a\r\n\r\n`, false],
  ])('%s ends the answer in a cut that never looks whole', async (_what, bytes, end) => {
    const { perConnection, proxy } = await answering(bytes, { end })
    for (const once of [[1], [1, 1]]) {
      const answer = await exchangeRaw(proxy.port, rawGet('/'))
      // Its own length is not reached, or its last chunk is missing.
      expect(answer).not.toMatch(/\r\n0\r\n\r\n$|Content-Length: 2/)
      expect(perConnection()).toEqual(once)
    }
    expect(await until(() => proxy.plane.recorded[1]?.ends[0])).toMatchObject({
      finished: { status: 200, aborted: true, fault: 'UPSTREAM_UNREACHABLE' },
    })
  })
})

describe('an answer that all clients read in the same way passes:', () => {
  it.each([
    [
      'a 304 with the length of the body that it does not have',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 222\r\nETag: "a"\r\n\r\n',
      false,
    ],
    ['an answer to HTTP/1.0 that ends with its connection', 'HTTP/1.0 200 OK\r\n\r\nok', true],
    ['a reason phrase that is none', `HTTP/1.1 200\r\n${LENGTH}\r\nok`, false],
    ['a status that nobody knows', `HTTP/1.1 299 Odd\r\n${LENGTH}\r\nok`, false],
  ])('%s', async (_what, bytes, end) => {
    const { proxy } = await answering(bytes, { end })
    const answer = await proxy.send('GET', '/v1/p/up/')
    expect([answer.status, answer.body]).toEqual([Number(bytes.slice(9, 12)), bytes.endsWith('ok') ? 'ok' : ''])
    expect(await until(() => proxy.plane.recorded[0]?.ends[0])).toMatchObject({
      finished: { aborted: false, fault: null },
    })
  })

  it.each(['Connection: close', 'Transfer-Encoding: gzip', 'Upgrade: x'])(
    'one with %s in its trailer, after which the next one comes over another connection',
    async (trailer) => {
      const { proxy, perConnection } = await answering(`${OK}${CHUNKED}\r\n${CHUNKS}${trailer}\r\n\r\n`)
      for (const _ of [1, 2]) {
        const answer = await proxy.send('POST', '/v1/p/up/')
        expect([answer.status, answer.body]).toEqual([200, 'ok'])
      }
      expect(perConnection()).toEqual([1, 1])
    },
  )

  it('a 204 without the Content-Length that it has, and the next answer to the same connection', async () => {
    const { proxy } = await answering('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n')
    const text = await exchangeRaw(proxy.port, `${rawGet('/a').replace('Connection: close\r\n', '')}${rawGet('/b')}`)
    expect(text.match(/HTTP\/1\.1 \d+|X-A: 1|content-length/gi)).toEqual([
      'HTTP/1.1 204',
      'X-A: 1',
      'HTTP/1.1 204',
      'X-A: 1',
    ])
    expect(await until(() => proxy.plane.recorded[1]?.ends[0])).toMatchObject({
      finished: { status: 204, aborted: false, fault: null },
    })
  })

  it('Early Hints (103) reach an HTTP/1.1 client with a Link alone, and an HTTP/1.0 client never', async () => {
    const hints = `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nLink: <x>; title="a b"\r\nX-A: 1\r\nSet-Cookie: a=b\r\n\r\n`
    const { proxy } = await answering(`HTTP/1.1 102 Processing\r\n\r\n${hints}${OK}${LENGTH}\r\nok`)
    const answer = await exchangeRaw(proxy.port, rawGet('/'))
    expect(
      answer.startsWith('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\nHTTP/1.1 200 OK\r\n'),
    ).toBe(true)
    expect(await exchangeRaw(proxy.port, rawGet('/', '1.0'))).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })

  it('but Early Hints that hold the key are replaced by 502 UPSTREAM_LEAKED_KEY', async () => {
    const { proxy } = await answering(
      `HTTP/1.1 103 Early Hints\r\nLink: </${KEY}>; rel=preload\r\n\r\n${OK}${LENGTH}\r\nok`,
    )
    const answer = await exchangeRaw(proxy.port, rawGet('/'))
    expect(outcomeOf(answer)).toBe('502 UPSTREAM_LEAKED_KEY')
    expect(answer).not.toContain(KEY)
  })
})

describe('whatever bytes a provider answers', () => {
  const Piece = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(OK, LENGTH, CHUNKED, '\r\n', 'ok', CHUNKS, '0\r\n\r\n', 'HTTP/1.1 ', '304 X\r\n'),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'HTTP/1.1 103 H\r\n\r\n',
        'X-A: \xe9\r\n',
        'Link: <a>; rel="\r\n',
        'Location: //x\r\n',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text).toString('latin1')),
    },
  )

  it('the client gets at most one well-formed head and never the key, and each request ends exactly once', async () => {
    let bytes = ''
    const proxy = await proxyTo(
      await startRawUpstream((socket) => socket.on('data', () => socket.end(bytes, 'latin1'))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(Piece, { maxLength: 12 }), async (pieces) => {
        bytes = pieces.join('')
        const answer = await exchangeRaw(proxy.port, rawGet('/'))
        const final = answer.replace(/^(?:HTTP\/1\.1 103 Early Hints\r\n(?:.+\r\n)*\r\n)*/, '')
        // A cut may leave nothing. Otherwise there is one head, with the proxy's own fields once.
        if (final !== '') expect(final).toMatch(/^HTTP\/1\.1 [2-9]\d\d [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/)
        expect(final.match(/pma-request-id: /g)?.length ?? 0).toBeLessThanOrEqual(1)
        expect(answer).not.toContain(KEY)
      }),
      { numRuns: 200 },
    )
    // Each request has ended exactly once.
    await until(() => (proxy.plane.recorded.every(({ ends }) => ends.length === 1) ? true : undefined))
  }, 60_000)
})
