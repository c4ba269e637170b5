import { describe, expect, it } from '@jest/globals'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import fc from 'fast-check'
import type { HeldSecret } from '../lease/lease-source.js'
import type { InjectedField, Route, Template } from '../routes/route.js'
import { inject, isInOneSpelling } from './inject.js'
import { KEY_QUERIES } from './key-queries.js'

const ORIGIN = 'https://api.example.com'
const VALUE = 'sk-test-0123456789abcdefghij'
const secret: Template = [{ kind: 'secret', secretId: 'sec_1' }]
const literal = (text: string) => ({ kind: 'literal', text }) as const
const BEARER: InjectedField = { kind: 'header', name: 'Authorization', value: [literal('Bearer '), ...secret] }
const BOUND: Placement[] = [{ kind: 'header', name: 'authorization' }]

const held = (value: string, placements: Placement[], origins = [ORIGIN]): ReadonlyMap<string, HeldSecret> =>
  new Map([
    [
      'sec_1',
      {
        secretId: 'sec_1',
        versionId: 'ver_1',
        value: new SecretText(value),
        bindings: { origins, placements, services: [] },
        labels: [],
        notAfter: 1,
      },
    ],
  ])

const routeOf = (injection: readonly InjectedField[], over: Partial<Route['target']> = {}): Route => ({
  organizationId: 'org_1',
  appId: 'app_1',
  serviceId: 'svc_1',
  deviceId: null,
  sessionId: null,
  target: {
    baseUrl: new URL(ORIGIN),
    origin: ORIGIN,
    methods: new Set(),
    paths: [],
    timeoutMs: 1,
    bodyBytesMax: 1,
    scrub: true,
    forwardTraceContext: false,
    ...over,
  },
  injection,
  limits: [],
  quotas: [],
  labels: [],
  grant: 'g',
  notAfter: 1,
  platform: 'ios',
  isTest: false,
  unattested: false,
  secrets: new Map([['sec_1', { secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'EXAMPLE_API_KEY' }]]),
})

const pairs = (headers: readonly string[]): string[] =>
  headers.flatMap((name, at) => (at % 2 === 0 ? [`${name.toLowerCase()}: ${headers[at + 1]}`] : []))

const send = (
  field: InjectedField,
  {
    headers = [] as string[],
    query = null as string | null,
    path = '/v1/x',
    value = VALUE,
    placements = BOUND,
    origins = [ORIGIN],
    base = ORIGIN,
  } = {},
) =>
  inject(
    routeOf([field], { baseUrl: new URL(base) }),
    { origin: ORIGIN, path },
    { headers, query, method: 'POST' },
    held(value, placements, origins),
  )

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('inject', () => {
  it('sends exactly one credential, whatever fields with credentials the client sends', () => {
    const headers = [
      'authorization',
      'Bearer foreign-1',
      'AUTHORIZATION',
      'Basic eDp5',
      'x-api-key',
      'foreign-2',
      'X_Api_Key',
      'foreign-3',
      'x-goog-api-key',
      'foreign-4',
      'Proxy-Authorization',
      'Basic eDp6',
      'Connection',
      'authorization, x-drop',
      'x-drop',
      '1',
      'X_Drop',
      '2',
      'x-kept',
      '3',
      'x-kept',
      '4',
    ]
    expect(pairs(send(BEARER, { headers }).headers)).toEqual([
      'x-kept: 3',
      'x-kept: 4',
      'accept-encoding: identity',
      `authorization: Bearer ${VALUE}`,
    ])
  })

  it('keeps the injected field when the client names it in Connection', () => {
    const { headers } = send(BEARER, { headers: ['Connection', 'Authorization'] })
    expect(pairs(headers)).toContain(`authorization: Bearer ${VALUE}`)
  })

  it.each([
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Keep-Alive',
    'Proxy-Connection',
    'Expect',
    'HTTP2-Settings',
    'Forwarded',
    'Via',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X_Forwarded_For',
    'X-Real-IP',
    'Accept-Encoding',
    'Accept-Charset',
    'A-IM',
    'gRPC-Accept-Encoding',
    'Connect_Accept_Encoding',
    'X-Goog-Encode-Response-If-Executable',
    'X-HTTP-Method-Override',
    'X-HTTP-Verb',
    'X-Original-URL',
  ])('never passes the client’s field %s on', (name) => {
    expect(pairs(send(BEARER, { headers: [name, 'x'] }).headers)).toEqual([
      'accept-encoding: identity',
      `authorization: Bearer ${VALUE}`,
    ])
  })

  it('leaves every other field as the client sent it: spelling, order, duplicates, bytes', () => {
    const headers = ['X-A', '1', 'x-a', '2', 'OpenAI-Organization', 'org', 'Content-Type', 'text/plain', 'X-B', '\xe9']
    expect(send(BEARER, { headers }).headers.slice(0, headers.length)).toEqual(headers)
  })

  it('leaves the client’s accept-encoding and credentials as they are when nothing is injected', () => {
    const { headers, target } = inject(
      routeOf([]),
      { origin: ORIGIN, path: '/' },
      { method: 'GET', query: 'key=x', headers: ['accept-encoding', 'br', 'authorization', 'x'] },
      new Map(),
    )
    expect(headers).toEqual(['accept-encoding', 'br', 'authorization', 'x'])
    expect(target).toBe('/?key=x')
  })

  it('replaces every spelling of an injected query name, and leaves the rest of the query as it was encoded', () => {
    const field: InjectedField = { kind: 'query', name: 'key', value: secret }
    const query = 'a=%2f+b&key=1&%6bey=2&KEY=3&k%65y&b=;key=4&keys=5'
    const { target } = send(field, { query, placements: [{ kind: 'query', name: 'key' }], value: 'a b&c=d/+%é' })
    expect(target).toBe('/v1/x?a=%2f+b&b=&keys=5&key=a%20b%26c%3Dd%2F%2B%25%C3%A9')
    expect(send(field, { placements: [{ kind: 'query', name: 'key' }], value: 'v' }).target).toBe('/v1/x?key=v')
    expect(send(field, { query: '', placements: [{ kind: 'query', name: 'key' }], value: 'v' }).target).toBe(
      '/v1/x?key=v',
    )
  })

  it('tells an empty query from a missing one', () => {
    expect(send(BEARER, { query: '' }).target).toBe('/v1/x?')
    expect(send(BEARER).target).toBe('/v1/x')
  })

  it('leaves a query as it came when nothing is injected into it and no parameter has the name of a key', () => {
    const like = ['keys=1&monkey=2;page_token=3&key_id=4&author=5', 'a=key&b=key=1', 'x[key]=1&%6beys=2&=key']
    for (const query of ['a', 'a=%2f+b&&=c;d&', '?&/=%zz', '&', ...like])
      expect(send(BEARER, { query }).target).toBe(`/v1/x?${query}`)
  })

  it.each([...KEY_QUERIES, 'X-Api-Key', 'authorization', 'X-Goog-Api-Key'])(
    'drops the client’s %s from the query, whether the secret goes into a header, Basic, the path or the query',
    (name) => {
      const basic: InjectedField = { kind: 'basic', user: secret, password: [literal('')] }
      const path: InjectedField = { kind: 'path', value: [literal('bot'), ...secret] }
      const sent = (field: InjectedField, placement: Placement): string =>
        send(field, { query: `a=%2f&${name.toUpperCase()}=AIza&b`, placements: [placement], path: '/x' }).target
      expect(sent(BEARER, { kind: 'header', name: 'authorization' })).toBe('/x?a=%2f&b')
      expect(sent(basic, { kind: 'basic-user' })).toBe('/x?a=%2f&b')
      expect(sent(path, { kind: 'path', template: '/bot{}' })).toBe(`/bot${VALUE}/x?a=%2f&b`)
      expect(sent({ kind: 'query', name: 'sig', value: secret }, { kind: 'query', name: 'sig' })).toBe(
        `/x?a=%2f&b&sig=${VALUE}`,
      )
    },
  )

  it('sends no question mark when nothing is left of the query', () => {
    expect(send(BEARER, { query: 'key=AIza' }).target).toBe('/v1/x')
  })

  it('replaces the client’s parameter named like a key with the service’s literal of that name', () => {
    const injection: InjectedField[] = [BEARER, { kind: 'query', name: 'key', value: [literal('sku')] }]
    const asked = { method: 'GET', headers: [], query: 'key=1&a=2' }
    const { target } = inject(routeOf(injection), { origin: ORIGIN, path: '/' }, asked, held(VALUE, BOUND))
    expect(target).toBe('/?a=2&key=sku')
  })

  it('encodes Basic from a literal and a secret, and refuses the wrong side, and a colon in the user', () => {
    const field: InjectedField = { kind: 'basic', user: secret, password: [literal('')] }
    const { headers, basics } = send(field, { headers: ['Authorization', 'x'], placements: [{ kind: 'basic-user' }] })
    const encoded = Buffer.from(`${VALUE}:`).toString('base64')
    expect(pairs(headers)).toContain(`authorization: Basic ${encoded}`)
    expect(basics).toEqual([encoded])
    expect(() => send(field, { placements: [{ kind: 'basic-password' }] })).toThrow(code('DESTINATION_NOT_ALLOWED'))
    expect(() => send(field, { placements: [{ kind: 'basic-user' }], value: 'a:b' })).toThrow(
      code('SECRET_DECRYPTION_FAILED'),
    )
  })

  it('puts a secret’s path segment before the client’s path, and refuses it when the service has a base path', () => {
    const field: InjectedField = { kind: 'path', value: [literal('bot'), ...secret] }
    const placements: Placement[] = [{ kind: 'path', template: '/bot{}' }]
    expect(send(field, { placements, path: '/sendMessage', base: ORIGIN, value: '12:x!' }).target).toBe(
      '/bot12%3Ax%21/sendMessage',
    )
    expect(send(field, { placements, path: '/', base: ORIGIN, value: 'x' }).target).toBe('/botx/')
    expect(() => send(field, { placements, path: '/me/x', base: `${ORIGIN}/me`, value: 'x' })).toThrow(
      code('DESTINATION_NOT_ALLOWED'),
    )
  })

  it('refuses a path value that a server could read as more than a part of one segment, in any encoding', () => {
    const bare: InjectedField = { kind: 'path', value: secret }
    const dots = ['.', '..', '%2e', '%2e%2E', '%252e.', '..;x', ';x']
    for (const value of [...dots, 'a/b', 'a\\b', 'a%2fb', 'a%255cb', 'a\tb', 'a%00', '%c0%ae']) {
      expect(() => send(bare, { placements: [{ kind: 'path', template: '/{}' }], value })).toThrow(
        code('SECRET_DECRYPTION_FAILED'),
      )
    }
  })

  it('never lets a generated path value leave its segment', () => {
    const bare: InjectedField = { kind: 'path', value: secret }
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (value) => {
        const sent = attempt(value)
        if (sent === undefined) return
        expect(decodeURIComponent(sent).split(/[/\\]/)).toHaveLength(4)
        expect(new URL(`https://a.example${sent}`).pathname).toBe(sent)
      }),
    )
    function attempt(value: string): string | undefined {
      try {
        return send(bare, { placements: [{ kind: 'path', template: '/{}' }], path: '/v1/x', value }).target
      } catch {
        return undefined
      }
    }
  })

  it('refuses a secret that is not bound to the origin or to the place, with DESTINATION_NOT_ALLOWED', () => {
    expect(() => send(BEARER, { origins: ['https://other.example'] })).toThrow(code('DESTINATION_NOT_ALLOWED'))
    expect(() => send(BEARER, { placements: [{ kind: 'header', name: 'x-api-key' }] })).toThrow(
      code('DESTINATION_NOT_ALLOWED'),
    )
    expect(() => send({ kind: 'header', name: 'Idempotency-Key', value: secret })).toThrow(
      code('DESTINATION_NOT_ALLOWED'),
    )
  })

  it('refuses to send an unresolved template with SECRET_NOT_FOUND, which names the missing secret', () => {
    expect(() =>
      inject(routeOf([BEARER]), { origin: ORIGIN, path: '/' }, { method: 'GET', headers: [], query: null }, new Map()),
    ).toThrow(
      expect.objectContaining({
        code: 'SECRET_NOT_FOUND',
        say: expect.stringMatching(/^Secret not found: EXAMPLE_API_KEY\..*case-sensitive.*organization.*linked/),
      }),
    )
  })

  it('sends a template in the client’s header or query on as plain text', () => {
    const { headers, target } = send(BEARER, {
      headers: ['x-a', '{{EXAMPLE_API_KEY}}'],
      query: 'q={{EXAMPLE_API_KEY}}',
    })
    expect(pairs(headers)).toContain('x-a: {{EXAMPLE_API_KEY}}')
    expect(target).toContain('{{EXAMPLE_API_KEY}}')
  })

  it.each(['a\r\nx: y', 'a\nb', 'a\0b', 'a\x7fb'])(
    'refuses a header value with a control character, and does not repeat it in the error: %j',
    (value) => {
      const thrown = attempt(() => send(BEARER, { value }))
      expect(thrown).toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
      expect(String(thrown)).not.toContain(value)
    },
  )

  it('sends a value that is not ASCII as its stored bytes', () => {
    expect(send(BEARER, { value: 'ключ' }).headers.at(-1)).toBe(`Bearer ${Buffer.from('ключ').toString('latin1')}`)
  })

  it('refuses a request that would carry a token of ours out, with INVALID_REQUEST', () => {
    const token = newToken('app')
    expect(() => send(BEARER, { query: `x=${token.replaceAll('_', '%255F')}` })).toThrow(code('INVALID_REQUEST'))
    expect(() => send(BEARER, { headers: ['x-a', encodeURIComponent(token).replaceAll('_', '%5f')] })).toThrow(
      code('INVALID_REQUEST'),
    )
  })
})

function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (thrown) {
    return thrown
  }
}

describe('the quick check of a path’s spelling', () => {
  const Part = fc.constantFrom(
    'a',
    'v1',
    '.',
    '..',
    '/',
    '//',
    '%2e',
    '%41',
    ';x',
    '.a',
    'a.b',
    '@',
    ':',
    '|',
    '^',
    '\\',
    'é',
  )

  it('passes exactly the paths that the URL standard’s parser leaves unchanged', () => {
    fc.assert(
      fc.property(fc.array(Part, { maxLength: 8 }), (parts) => {
        const path = `/${parts.join('')}`
        const asParsed = URL.canParse(path, 'http://base.invalid') && new URL(path, 'http://base.invalid').pathname
        fc.pre(asParsed !== false)
        expect(isInOneSpelling(path)).toBe(asParsed === path)
      }),
      { numRuns: generatedCases(2_000) },
    )
  })
})
