import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { parse } from 'yaml'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'

interface Case {
  readonly name: string
  readonly uri: string
  readonly method: string
  readonly version: string
  readonly headers?: readonly { readonly name: string; readonly value: string | number }[] | null
  readonly expected: { readonly tier: 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe' }
}

describeWithVectors('http-desync-guardian', 'http-desync-guardian’s requests, as bytes through the proxy', (folder) => {
  let upstream: Upstream
  let proxy: ProxyUnderTest

  beforeAll(async () => {
    upstream = await startUpstream((_received, response) => response.end('ok'))
    // Services by host name, so that the target is sent as it stands in the corpus.
    proxy = await startProxy(upstream.port, { hostSuffix: 'proxy.example' })
  })

  afterAll(async () => {
    await proxy.close()
    await upstream.close()
  })

  /**
   * A request that is not refused arrives at the provider together with the one that follows it, each once. Nothing of
   * a refused one arrives.
   */
  async function outcomeOf(test: Case): Promise<'refused' | 'forwarded'> {
    upstream.received.length = 0
    const answer = await exchangeRaw(proxy.port, bytesOf(test) + FOLLOWING)
    const statuses = (answer.match(/HTTP\/1\.1 \d+/g) ?? []).map((line) => line.slice(-3))
    if (statuses[0] !== '200') {
      expect([statuses, upstream.received]).toEqual([['400'], []])
      return 'refused'
    }
    // Both are under way at once, so either may arrive first.
    const [first, ...others] = upstream.received.filter(({ url }) => url !== '/following')
    expect([statuses, first?.method, first?.url, others, upstream.received.length]).toEqual([
      ['200', '200'],
      test.method,
      test.uri,
      [],
      2,
    ])
    expect(first?.body.toString()).toBe(bodyOf(test.headers).payload)
    const framing = first?.rawHeaders.filter((_, at, all) => at % 2 === 0 && isFramingLike(all[at] ?? ''))
    expect(framing?.map((name) => name.toLowerCase())).toEqual(framingOf(test))
    return 'forwarded'
  }

  const count = { refused: 0, forwarded: 0 }
  afterAll(() => {
    process.stdout.write(`http-desync-guardian: ${count.refused} refused, ${count.forwarded} forwarded\n`)
  })

  it.each(casesIn(folder))('$expected.tier: $name', async (test) => {
    const outcome = await outcomeOf(test)
    count[outcome] += 1
    expect([test.name, outcome]).toEqual([test.name, expectedOf(test)])
  })
})

function casesIn(folder: string): Case[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return files.flatMap((name): Case[] => parse(readFileSync(`${folder}/${name}`, 'utf8')))
}

const FOLLOWING = `GET /following HTTP/1.1\r\nHost: up.proxy.example\r\nx-api-key: ${APP_TOKEN}\r\nConnection: close\r\n\r\n`

/** Ambiguous or odd requests that are forwarded in the one spelling that leaves nothing to interpret. */
const FORWARDED_IN_ONE_SPELLING: ReadonlySet<string> = new Set([
  // A body of GET or HEAD has no meaning, and here it has an unambiguous length (RFC 9110 § 9.3.1).
  'Get with a body and Content-Length',
  'Get with a body and Content-Length:0',
  'Get with a body and Transfer-Encoding',
  'Head with a body and Content-Length',
  'Head with a body and Transfer-Encoding',
  'Has a CL in GET',
  'Has a TE in GET',
  // Names that some servers read as framing; they are not forwarded.
  'Transfer_Encoding with underscore.',
  'Content_Length with underscore.',
  'Transfer-Encoding with multiple hyphens',
  'Transfer-Encoding with multiple delimiters',
])

/** Compliant, but refused. */
const STRICTER_THAN_THE_RFC: ReadonlySet<string> = new Set([
  // Codings besides chunked.
  'Correct TE OK',
  'TE with custom parameters OK',
  'Transfer-Encoding: identity and chunked OK',
  'Multiple transfer encoding headers in a single request OK',
  'Different Transfer-Encoding headers',
  'Different Transfer-Encoding headers combined',
  'Transfer-Encoding with a param: chunked;custom_param',
  // Targets that servers read in different ways.
  'Compliant URL',
  'International in URI',
  'Empty URI',
  '%09 in URI is OK',
  '%0A in URI is OK',
  '%0D in URI is OK',
])

function expectedOf({ name, expected: { tier } }: Case): 'refused' | 'forwarded' {
  if (tier === 'Severe') return 'refused'
  if (tier === 'Compliant') return STRICTER_THAN_THE_RFC.has(name) ? 'refused' : 'forwarded'
  return FORWARDED_IN_ONE_SPELLING.has(name) ? 'forwarded' : 'refused'
}

/** As it goes over the wire: with the app's credential, and the body that its framing states. */
function bytesOf({ method, uri, version, headers }: Case): string {
  const hasHost = headers?.some(({ name }) => /^host$/i.test(name))
  const fields = [
    ...(hasHost ? [] : ['Host: up.proxy.example']),
    `x-api-key: ${APP_TOKEN}`,
    ...(headers ?? []).map(({ name, value }) => `${name}: ${value}`),
  ]
  const head = `${[method, uri, version].join(' ')}\r\n${fields.join('\r\n')}\r\n\r\n`
  return Buffer.from(head + bodyOf(headers).bytes, 'utf8').toString('latin1')
}

/** The body that a head's framing states: the payload, and its form on the wire. */
function bodyOf(headers: Case['headers']): { readonly payload: string; readonly bytes: string } {
  const all = (headers ?? []).map(({ name, value }) => `${name}:${value}`).join('\n')
  if (/^transfer-encoding:/im.test(all)) return { payload: 'body', bytes: '4\r\nbody\r\n0\r\n\r\n' }
  const length = Number(/^content-length:\s*(\d{1,8})\s*$/im.exec(all)?.[1] ?? 0)
  const payload = 'x'.repeat(length)
  return { payload, bytes: payload }
}

/** The framing fields towards the provider: one, or none where there is no body and none is expected. */
function framingOf({ method, headers }: Case): readonly string[] {
  const { payload, bytes } = bodyOf(headers)
  if (payload !== bytes) return ['transfer-encoding']
  return payload === '' && (method === 'GET' || method === 'HEAD') ? [] : ['content-length']
}

const isFramingLike = (name: string): boolean =>
  ['transferencoding', 'contentlength'].includes(name.toLowerCase().replace(/[^a-z]/g, ''))
