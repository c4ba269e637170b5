import { describe, expect, it } from '@jest/globals'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { compilePattern } from '@protectmyapi/service-kit/destinations/path-pattern'
import { keptMib } from '@protectmyapi/service-kit/test/kept-mib'
import fc from 'fast-check'
import type { Target } from '../routes/route.js'
import { aim } from './aim.js'
import { parseRequestTarget } from './request-target.js'

const target = (baseUrl: string, methods: string[] = [], paths: string[] = []): Target => ({
  baseUrl: new URL(baseUrl),
  origin: new URL(baseUrl).origin,
  methods: new Set(methods),
  paths: paths.map(compilePattern),
  timeoutMs: 1_000,
  bodyBytesMax: 1,
  scrub: true,
  forwardTraceContext: false,
})

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('the request target', () => {
  it.each([
    'http://evil.example/v1',
    '*',
    '',
    'v1/x',
    '//evil.example/v1',
    '/v1//x',
    '/v1/./x',
    '/v1/../x',
    '/v1/..',
    '/..',
    '/v1/%2e%2e/x',
    '/v1/%2E./x',
    '/v1/.%2e/x',
    '/v1/%252e%252e/x',
    '/v1/%25252e%25252e/x',
    '/v1/%2f/x',
    '/v1/a%2Fb',
    '/v1/a%5cb',
    '/v1/a%255cb',
    '/v1/a\\b',
    '/v1/a%00',
    '/v1/a%0d%0a',
    '/v1/a%7f',
    '/v1/a%',
    '/v1/a%zz',
    '/v1/a%u002e',
    '/v1/..;/x',
    '/v1/..;a=b/x',
    '/v1/.;/x',
    '/v1/;/x',
    '/v1/;a',
    '/v1/%2e%2e;/x',
    '/v1/..%3bx/y',
    '/v1/%c0%ae%c0%ae/x',
    '/v1/..%3f',
    '/v1/..%23/x',
    '/v1/%2e%2e%3fx/y',
    '/v1/.%253f',
    '/v1/..%25%33f',
    '/v1/a b',
    '/v1/é',
    '/v1/a\x01',
    '/v1/a#b',
    '/v1/{x}',
    '/v1/[x]',
    '/v1/a|b',
    '/v1?a b',
    '/v1?a#b',
    '/v1?\xe9',
    '/v1/%2525252525252e',
    `/${'a'.repeat(17_000)}`,
  ])('is refused with PATH_NOT_ALLOWED: %j', (raw) => {
    expect(() => parseRequestTarget(raw)).toThrow(code('PATH_NOT_ALLOWED'))
  })

  it.each([
    ['/v1/chat/completions', '/v1/chat/completions', null],
    ['/', '/', null],
    ['/v1/models/', '/v1/models/', null],
    [
      '/v1beta/models/gemini-2.5-pro:generateContent?alt=sse',
      '/v1beta/models/gemini-2.5-pro:generateContent',
      'alt=sse',
    ],
    ['/v1/a%20b/c%C3%A9?x=%zz&y=[]', '/v1/a%20b/c%C3%A9', 'x=%zz&y=[]'],
    ['/v1/100%25', '/v1/100%25', null],
    ['/v1/C%23', '/v1/C%23', null],
    ['/v1/what%3F', '/v1/what%3F', null],
    ['/v1/...%3f', '/v1/...%3f', null],
    ['/tags/%23golang', '/tags/%23golang', null],
    ['/v1/%C3%89%D0%9F', '/v1/%C3%89%D0%9F', null],
    ['/v1/...?', '/v1/...', ''],
    ['/v1/a;b=c', '/v1/a;b=c', null],
    ['/v1?a=/../b', '/v1', 'a=/../b'],
  ])('passes unchanged, split into path and query: %s', (raw, path, query) => {
    expect(parseRequestTarget(raw)).toEqual({ path, query })
  })
})

describe('aim', () => {
  it('joins base and path without a double slash', () => {
    expect(aim(target('https://a.example/api/'), 'GET', '/v1/x').path).toBe('/api/v1/x')
    expect(aim(target('https://a.example/api'), 'GET', '/').path).toBe('/api/')
    expect(aim(target('https://a.example/api'), 'GET', '').path).toBe('/api')
    expect(aim(target('https://a.example'), 'GET', '').path).toBe('/')
  })

  it.each([
    ['/files/a/content', true],
    ['/files/C%23/content', false],
    ['/files/admin%3f/content', false],
    ['/files/admin%25%33f/content', false],
    ['/files/a%20b/content', true],
    ['/models/C%23', true],
    ['/models/x/what%3f', true],
    ['/pages/C%23', true],
    ['/pages/%23x', false],
  ])('allows %s only if the service’s patterns also allow it cut at an encoded ? or #: %s', (path, isAllowed) => {
    const some = target('https://a.example', [], ['/files/*/content', '/models/**', '/pages/C%23', '/pages/C'])
    const aimed = () => aim(some, 'GET', path)
    if (isAllowed) expect(aimed().path).toBe(path)
    else expect(aimed).toThrow(code('PATH_NOT_ALLOWED'))
  })

  it.each(['CONNECT', 'TRACE'])('refuses %s with INVALID_METHOD, even if the service names it', (method) => {
    expect(() => aim(target('https://a.example', [method, 'GET']), method, '/')).toThrow(
      expect.objectContaining({ code: 'INVALID_METHOD', details: expect.objectContaining({ allow: ['GET'] }) }),
    )
  })

  it('refuses a method that the service does not name with INVALID_METHOD, which lists the allowed ones', () => {
    expect(() => aim(target('https://a.example', ['POST', 'GET']), 'DELETE', '/')).toThrow(
      expect.objectContaining({ code: 'INVALID_METHOD', details: expect.objectContaining({ allow: ['POST', 'GET'] }) }),
    )
  })

  it('allows GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS if the service names no method, and no other', () => {
    const standard = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
    for (const method of standard)
      expect(aim(target('https://a.example'), method, '/').origin).toBe('https://a.example')
    for (const method of ['PROPFIND', 'get', '']) {
      expect(() => aim(target('https://a.example'), method, '/')).toThrow(
        expect.objectContaining({ code: 'INVALID_METHOD', details: { allow: standard } }),
      )
    }
  })

  it('refuses a path that holds a token of ours, in clear or encoded, and says where the credential belongs', () => {
    const token = newToken('app')
    const encoded = Buffer.from(`ab${token}`).toString('base64url')
    for (const path of [`/bot${token}/x`, `/bot${token.replaceAll('_', '%5F')}/x`, `/${encoded}`])
      expect(() => aim(target('https://a.example'), 'GET', path)).toThrow(
        expect.objectContaining({
          code: 'INVALID_REQUEST',
          message: 'a token of ours would have left with the request',
          say: 'The app’s credential is in a place from which it cannot be removed. Send it only in a header, a query value or Basic.',
        }),
      )
  })

  it('aims each request by its own target, method and path, whatever was asked before', () => {
    const narrow = target('https://a.example', ['GET'], ['/v1/*'])
    const wide = target('https://b.example/base')
    for (let time = 0; time < 2; time += 1) {
      expect(aim(narrow, 'GET', '/v1/x')).toEqual({ origin: 'https://a.example', path: '/v1/x' })
      expect(() => aim(narrow, 'POST', '/v1/x')).toThrow(code('INVALID_METHOD'))
      expect(() => aim(narrow, 'GET', '/v2/x')).toThrow(code('PATH_NOT_ALLOWED'))
      expect(aim(narrow, 'GET', '/v1/x').path).toBe('/v1/x')
      expect(aim(narrow, 'GET', '/v1/y').path).toBe('/v1/y')
      expect(aim(wide, 'GET', '/v1/x')).toEqual({ origin: 'https://b.example', path: '/base/v1/x' })
      expect(aim(wide, 'POST', '/v1/x').path).toBe('/base/v1/x')
    }
  })

  it('works a path of up to 256 characters out once, and a longer one each time', () => {
    const one = target('https://a.example')
    const path = (chars: number): string => `/${'p'.repeat(chars - 1)}`
    const again = (chars: number) => [aim(one, 'GET', path(chars)), aim(one, 'GET', path(chars))] as const
    again(256)
    const [known, same] = again(256)
    expect(same).toBe(known)
    again(257)
    const [long, other] = again(257)
    expect(other).not.toBe(long)
    expect(other).toEqual(long)
  })

  it('remembers a path without the request target that it was cut from, and no long path', () => {
    const targets = Array.from({ length: 512 }, (_, at) => target(`https://a.example/${at}`))
    const aimed = (path: (at: number) => string) => () => {
      for (const [at, one] of targets.entries()) aim(one, 'GET', path(at))
    }
    // The query of a request may hold a token.
    const cut = (at: number) => parseRequestTarget(`/v1/chat/completions?${'q'.repeat(16_000)}${at}`).path
    const long = (at: number) => `/v1/${'p'.repeat(16_000)}${at}`
    expect(keptMib(aimed(cut))).toBeLessThan(2)
    expect(keptMib(aimed(long))).toBeLessThan(2)
  })

  it('refuses with a message for the log, and in the case of a path with advice for the caller', () => {
    const message = 'DELETE is not allowed'
    expect(() => aim(target('https://a.example', ['GET']), 'DELETE', '/')).toThrow(expect.objectContaining({ message }))
    const bounded = target('https://a.example', [], ['/v1/*'])
    expect(() => aim(bounded, 'GET', '/v2/x')).toThrow(
      expect.objectContaining({
        message: 'the path is in none of the patterns of the service',
        say: 'The API service does not allow this path. Use an allowed path, or ask an administrator to add it to the allowed paths.',
      }),
    )
  })

  it('allows paths that match a pattern of the service, and refuses the others', () => {
    const bounded = target('https://a.example/base', [], ['/v1/chat/*', '/v1/files/**'])
    expect(aim(bounded, 'GET', '/v1/chat/completions').path).toBe('/base/v1/chat/completions')
    expect(() => aim(bounded, 'GET', '/v1/chat')).toThrow(code('PATH_NOT_ALLOWED'))
    expect(() => aim(bounded, 'GET', '/base/v1/chat/x')).toThrow(code('PATH_NOT_ALLOWED'))
  })

  it('lets no generated path through that a parser or a careless server would resolve to outside the base path', () => {
    const pieces = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '%252e',
      '%2f',
      '%5c',
      '\\',
      ';',
      ';x',
      'a',
      'v1',
      '%',
      '%00',
      '//',
      '%25',
      '@',
      ':',
      '?',
      '%c0%ae',
    )
    const base = target('https://a.example/base/v2')
    let letThrough = 0
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (made) => {
        const raw = `/${made.join('')}`
        const sent = attempt(raw)
        if (sent === undefined) return
        letThrough += 1
        expect(sent.startsWith('/base/v2/')).toBe(true)
        // The WHATWG parser resolves dot segments, backslashes and their encodings, so nothing may be left to resolve.
        expect(new URL(`https://a.example${sent}`).pathname).toBe(sent)
        expect(resolvedBy(decodedToTheEnd(sent)).startsWith('/base/v2/')).toBe(true)
      }),
      { numRuns: generatedCases(5_000) },
    )
    expect(letThrough).toBeGreaterThan(generatedCases(100))

    function attempt(raw: string): string | undefined {
      try {
        return aim(base, 'GET', parseRequestTarget(raw).path).path
      } catch {
        return undefined
      }
    }
  })
})

function decodedToTheEnd(text: string): string {
  const next = text.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return next === text ? text : decodedToTheEnd(next)
}

/** How a careless server would read a path: parameters cut off, slashes of both kinds, dots resolved. */
function resolvedBy(path: string): string {
  const stack: string[] = []
  for (const segment of path
    .split(/[/\\]/)
    .slice(1)
    .map((text) => text.split(';')[0] ?? '')) {
    if (segment === '..') stack.pop()
    else if (segment !== '.') stack.push(segment)
  }
  return `/${stack.join('/')}${stack.length === 2 ? '/' : ''}`
}
