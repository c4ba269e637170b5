import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import fc from 'fast-check'
import type { InjectedField } from '../routes/route.js'
import { heldSecret, routeTo } from '../test/fake-data-plane.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { type Received, startUpstream, type Upstream } from '../test/start-upstream.js'
import { exchangeRaw } from '../test/streaming-client.js'
import { KEY_QUERIES } from './key-queries.js'

let upstream: Upstream
let proxy: ProxyUnderTest

beforeAll(async () => {
  upstream = await startUpstream((_received, response) => response.end('ok'))
  proxy = await startProxy(upstream.port)
})

beforeEach(() => {
  upstream.received.length = 0
})

afterAll(async () => {
  await proxy.close()
  await upstream.close()
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const percent = (text: string): string => text.replace(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`)

/** All that left, as a provider could read it: decoded as often as any server would. */
function readingsOf({ url, rawHeaders, body }: Received): string[] {
  const readings = [url, ...rawHeaders, body.toString('latin1')]
  for (let round = 0; round < 4; round += 1) {
    for (const text of [...readings]) {
      if (text.includes('%'))
        readings.push(text.replace(/%([0-9a-f]{2})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16))))
    }
  }
  for (const text of [...readings]) {
    for (const word of text.match(/[A-Za-z0-9+/_-]{24,}/g) ?? []) {
      for (const at of [0, 1, 2, 3]) readings.push(Buffer.from(word.slice(at), 'base64').toString('latin1'))
    }
  }
  return readings
}

async function send({
  fields = [],
  path = '/x',
  body = '',
}: {
  fields?: readonly string[]
  path?: string
  body?: string
}): Promise<string> {
  const head = [`POST /v1/p/up${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...fields].join('\r\n')
  const answer = await exchangeRaw(proxy.port, `${head}\r\n${body === '' ? '\r\n' : body}`)
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(9, 12)
}

describe('the app’s credential', () => {
  it.each([
    ['a bearer', { fields: [`Authorization: Bearer ${APP_TOKEN}`] }],
    ['a bearer in another case', { fields: [`aUTHORIZATION: bEARER   ${APP_TOKEN}`] }],
    ['a scheme of its own', { fields: [`Authorization: Token token="${APP_TOKEN}", x=y`] }],
    ['a field that nobody knows', { fields: [`x-whatever: ${APP_TOKEN}`] }],
    ['the user of Basic', { fields: [`Authorization: Basic ${base64(`${APP_TOKEN}:`)}`] }],
    ['the password of Basic', { fields: [`Authorization: BASIC ${base64(`user:${APP_TOKEN}`)}`] }],
    [
      'Basic in the other alphabet, without padding',
      { fields: [`Authorization: Basic ${Buffer.from(`ÿÿÿ?:${APP_TOKEN}`).toString('base64url')}`] },
    ],
    ['Proxy-Authorization', { fields: [`Proxy-Authorization: Basic ${base64(`${APP_TOKEN}:x`)}`] }],
    ['a query value', { path: `/x?a=1&key=${APP_TOKEN}` }],
    ['a query value in escapes', { path: `/x?key=${percent(APP_TOKEN)}` }],
    ['a query value behind a semicolon', { path: `/x?a=1;key=${APP_TOKEN}` }],
    ['the name of a query value', { path: `/x?${APP_TOKEN}` }],
    [
      'several places at once',
      { path: `/x?key=${APP_TOKEN}`, fields: [`Authorization: Bearer ${APP_TOKEN}`, `X-Api-Key: ${APP_TOKEN}`] },
    ],
  ])('in %s is accepted, and does not reach the provider', async (_where, request) => {
    expect(await send(request)).toBe('200')
    const [received, ...others] = upstream.received
    expect(others).toEqual([])
    expect(received?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(received && readingsOf(received).filter((text) => /pma_/i.test(text))).toEqual([])
  })

  const KNOWN = `x-api-key: ${APP_TOKEN}`
  it.each([
    ['beside another one', { fields: [KNOWN, `Authorization: Bearer ${newToken('app')}`] }],
    ['beside a debug token', { fields: [KNOWN, `Authorization: Bearer ${newToken('debug')}`] }],
    ['in the path', { fields: [KNOWN], path: `/bot${APP_TOKEN}/x` }],
    ['in the path, in escapes', { fields: [KNOWN], path: `/${percent(APP_TOKEN)}/x` }],
    ['in the path, in base64', { fields: [KNOWN], path: `/${base64(`ab${APP_TOKEN}`).replace(/=/g, '')}` }],
    ['in a field, in escapes', { fields: [KNOWN, `X-A: ${percent(APP_TOKEN)}`] }],
    ['in a field, in escapes of escapes', { fields: [KNOWN, `X-A: ${percent(percent(APP_TOKEN))}`] }],
    ...['', 'a', 'ab', 'abc'].map((before): [string, { fields: string[] }] => [
      `in a field, in base64 behind “${before}”`,
      { fields: [KNOWN, `X-A: x="${base64(before + APP_TOKEN)}"`] },
    ]),
    ['in a field, in base64 of escapes', { fields: [KNOWN, `X-A: Basic ${base64(`u:${percent(APP_TOKEN)}`)}`] }],
    ['in a query value, in base64', { fields: [KNOWN], path: `/x?a=${base64(APP_TOKEN)}` }],
    ['in a query value, in escapes of escapes', { fields: [KNOWN], path: `/x?a=${percent(percent(APP_TOKEN))}` }],
  ])('%s is refused with INVALID_REQUEST, and nothing reaches the provider', async (_where, request) => {
    expect(await send(request)).toBe('INVALID_REQUEST')
    expect(upstream.received).toEqual([])
  })

  it.each([
    ['a cookie', { fields: [`Cookie: key=${APP_TOKEN}`] }],
    ['a field of ours', { fields: [`pma-key: ${APP_TOKEN}`] }],
    ['upper case', { fields: [`x-api-key: ${APP_TOKEN.toUpperCase()}`] }],
    ['nothing but base64', { fields: [`x-api-key: ${base64(APP_TOKEN)}`] }],
    ['a trailer', { fields: ['Transfer-Encoding: chunked'], body: `\r\n0\r\nx-api-key: ${APP_TOKEN}\r\n\r\n` }],
  ])('in %s does not count: the request is refused with UNAUTHORIZED', async (_where, request) => {
    expect(await send(request)).toBe('UNAUTHORIZED')
    expect(upstream.received).toEqual([])
  })

  it('does not reach the provider from a trailer, a cookie or a field named pma-… either', async () => {
    const request = {
      fields: [
        KNOWN,
        `Cookie: a=${APP_TOKEN}`,
        `Cookie2: ${APP_TOKEN}`,
        `pma-x: ${APP_TOKEN}`,
        `PMA_Y: ${APP_TOKEN}`,
        'Transfer-Encoding: chunked',
      ],
      body: `\r\n4\r\nbody\r\n0\r\nAuthorization: Bearer ${APP_TOKEN}\r\nCookie: ${APP_TOKEN}\r\n\r\n`,
    }
    expect(await send(request)).toBe('200')
    expect(
      upstream.received.map((received) => readingsOf(received).filter((text) => /pma_|cookie/i.test(text))),
    ).toEqual([[]])
  })
})

describe('exactly one injected credential arrives', () => {
  const secret = [{ kind: 'secret', secretId: 'sec_1' }] as const
  const HEADER: InjectedField = { kind: 'header', name: 'X-Api-Key', value: secret }
  const QUERY: InjectedField = { kind: 'query', name: 'api_key', value: secret }
  const BASIC: InjectedField = { kind: 'basic', user: secret, password: [{ kind: 'literal', text: '' }] }
  const inject = (field: InjectedField, placement: Placement): void => {
    const origin = `http://127.0.0.1:${upstream.port}`
    proxy.plane.routeOf.set('up', routeTo(origin, { injection: [field] }))
    proxy.plane.secrets.set('sec_1', heldSecret('sec_1', KEY, { origins: [origin], placements: [placement] }))
  }
  /** Any spelling of a word: letters in either case, and any of these between its parts. */
  const spelling = (word: string, between: readonly string[]) =>
    fc
      .tuple(fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }), fc.constantFrom(...between))
      .map(([upper, mark]) =>
        [...word].map((char, at) => (char === '-' ? mark : upper[at] ? char.toUpperCase() : char)).join(''),
      )
  const Field = fc.oneof(
    spelling('x-api-key', ['-', '_', '.', '~', '!']),
    spelling('authorization', ['-']),
    spelling('x-goog-api-key', ['-', '_', '.']),
    spelling('xi-api-key', ['-', '_', '.']),
  )

  it('in a header, whatever fields the client sends under its name, beside it or in Connection', async () => {
    inject(HEADER, { kind: 'header', name: 'x-api-key' })
    await fc.assert(
      fc.asyncProperty(
        fc.array(Field, { maxLength: 4 }),
        fc.array(Field, { maxLength: 2 }),
        async (names, nominated) => {
          upstream.received.length = 0
          const fields = [
            `Authorization: Bearer ${APP_TOKEN}`,
            ...names.map((name) => `${name}: foreign`),
            ...nominated.map((name) => `Connection: keep-alive, ${name}`),
          ]
          expect(await send({ fields })).toBe('200')
          const rawHeaders = upstream.received[0]?.rawHeaders ?? []
          expect(rawHeaders.filter((text) => text.includes(KEY))).toEqual([KEY])
          expect(rawHeaders.join()).not.toContain('foreign')
        },
      ),
      { numRuns: generatedCases(100) },
    )
  }, 60_000)

  const Encoded = (text: string) =>
    fc
      .array(fc.constantFrom(0, 1, 2), { minLength: text.length, maxLength: text.length })
      .map((kinds) =>
        [...text]
          .map((char, at) => (kinds[at] === 0 ? char : kinds[at] === 1 ? percent(char) : percent(percent(char))))
          .join(''),
      )
  const QueryNamed = (word: string) =>
    fc
      .tuple(
        spelling(word, ['_', '.', '-', '+', '%20']),
        fc.constantFrom('', '[]', '[0]', '%5B%5D', '%00x'),
        fc.constantFrom('', '+', '%20', '%09'),
      )
      .chain(([name, behind, before]) =>
        Encoded(name.replaceAll('%20', ' ').replaceAll('+', ' ')).map(
          (encoded) => before + encoded.replaceAll(' ', '+') + behind,
        ),
      )
  const Query = QueryNamed('api-key')

  it('in a query, however the client spells the parameter’s name', async () => {
    inject(QUERY, { kind: 'query', name: 'api_key' })
    await fc.assert(
      fc.asyncProperty(fc.array(Query, { maxLength: 4 }), fc.constantFrom('&', ';'), async (names, mark) => {
        upstream.received.length = 0
        const query = ['a=%2f', ...names.map((name) => `${name}=foreign`), 'b='].join(mark)
        expect(await send({ path: `/x?${query}`, fields: [`Authorization: Bearer ${APP_TOKEN}`] })).toBe('200')
        expect(upstream.received[0]?.url).toBe(`/x?a=%2f${mark}b=&api_key=${KEY}`)
      }),
      { numRuns: generatedCases(100) },
    )
  }, 60_000)

  it.each<[string, InjectedField, Placement, string]>([
    ['a header', HEADER, { kind: 'header', name: 'x-api-key' }, KEY],
    ['Basic', BASIC, { kind: 'basic-user' }, `Basic ${base64(`${KEY}:`)}`],
  ])(
    'in %s, and query parameters of the client under the usual names of keys are dropped',
    async (_where, field, placement, sent) => {
      inject(field, placement)
      const Foreign = fc.constantFrom(...KEY_QUERIES).chain((name) => QueryNamed(name.replaceAll('_', '-')))
      await fc.assert(
        fc.asyncProperty(fc.array(Foreign, { maxLength: 4 }), fc.constantFrom('&', ';'), async (names, mark) => {
          upstream.received.length = 0
          const query = ['a=%2f', ...names.map((name) => `${name}=foreign`), 'b='].join(mark)
          expect(await send({ path: `/x?${query}`, fields: [`X-Whatever: ${APP_TOKEN}`] })).toBe('200')
          const [received] = upstream.received
          expect(received?.url).toBe(`/x?a=%2f${mark}b=`)
          expect(received?.rawHeaders.filter((text) => text === sent)).toEqual([sent])
        }),
        { numRuns: generatedCases(50) },
      )
    },
    60_000,
  )
})
