import { describe, expect, it } from '@jest/globals'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import type { InjectedField, Template } from '../routes/route.js'
import { heldSecret, routeTo } from '../test/fake-data-plane.js'
import { inject } from './inject.js'

const ORIGIN = 'https://api.example.com'
const VALUE = 'sk-test-0123456789abcdefghij'
const secret: Template = [{ kind: 'secret', secretId: 'sec_1' }]
const literal = (text: string) => ({ kind: 'literal', text }) as const

/** A request of an app, with these fields injected, from a secret that is bound to these places. */
function send(
  injection: readonly InjectedField[],
  placements: readonly Placement[],
  { base = ORIGIN, path = '/v1/x', query = null as string | null, headers = [] as string[], scrub = true } = {},
) {
  const route = routeTo(ORIGIN, { injection, target: { baseUrl: new URL(base), scrub } })
  const held = new Map([['sec_1', heldSecret('sec_1', VALUE, { origins: [ORIGIN], placements })]])
  return inject(route, { origin: ORIGIN, path }, { headers, query, method: 'POST' }, held)
}

describe('a secret is injected where it is bound to, and refused in other places', () => {
  const BASIC = `Basic ${Buffer.from(`user:${VALUE}`).toString('base64')}`
  it.each<[string, InjectedField, Placement, object]>([
    [
      'a header, in any case',
      { kind: 'header', name: 'X-Key', value: secret },
      { kind: 'header', name: 'x-key' },
      { headers: expect.arrayContaining(['X-Key', VALUE]) },
    ],
    [
      'a query value',
      { kind: 'query', name: 'Key', value: secret },
      { kind: 'query', name: 'Key' },
      { target: `/v1/x?Key=${VALUE}` },
    ],
    [
      'the password of Basic',
      { kind: 'basic', user: [literal('user')], password: secret },
      { kind: 'basic-password' },
      { headers: expect.arrayContaining(['authorization', BASIC]) },
    ],
    [
      'a path, whose template begins with a slash',
      { kind: 'path', value: [literal('/a/bot'), ...secret, literal('/b')] },
      { kind: 'path', template: '/a/bot{}/b' },
      { target: `/a/bot${VALUE}/b/v1/x` },
    ],
  ])('into %s', (_what, field, placement, sent) => {
    expect(send([field], [placement])).toMatchObject(sent)
    for (const other of [
      { kind: 'query', name: 'key' },
      { kind: 'path', template: '/{}' },
      { kind: 'basic-user' },
    ] as const)
      expect(() => send([field], [other])).toThrow(
        expect.objectContaining({
          code: 'DESTINATION_NOT_ALLOWED',
          message: `sec_1 is not bound to this place at ${ORIGIN}`,
        }),
      )
  })

  it('and is refused when the path has two slashes where its binding has one', () => {
    const field: InjectedField = { kind: 'path', value: [literal('a//b'), ...secret] }
    expect(() => send([field], [{ kind: 'path', template: '/a/b{}' }])).toThrow(
      expect.objectContaining({ code: 'DESTINATION_NOT_ALLOWED' }),
    )
  })

  it('into several places at once, and is listed once among the secrets used', () => {
    const fields: InjectedField[] = [
      { kind: 'query', name: 'a', value: secret },
      { kind: 'query', name: "b'", value: [literal('x y'), ...secret] },
      { kind: 'header', name: 'x-a', value: secret },
    ]
    const { target, secrets } = send(fields, [
      { kind: 'query', name: 'a' },
      { kind: 'query', name: "b'" },
      { kind: 'header', name: 'x-a' },
    ])
    expect(target).toBe(`/v1/x?a=${VALUE}&b%27=x%20y${VALUE}`)
    expect(secrets.map(({ secretId }) => secretId)).toEqual(['sec_1'])
  })
})

describe('a field injected without a secret', () => {
  it('replaces what the client sends under its name, and leaves the client’s other credentials', () => {
    const headers = ['openai_organization', 'x', 'authorization', 'y', 'Accept-Encoding', 'br']
    const header: InjectedField = { kind: 'header', name: 'OpenAI-Organization', value: [literal('org')] }
    expect(send([header], [], { headers })).toMatchObject({
      headers: ['authorization', 'y', 'Accept-Encoding', 'br', 'OpenAI-Organization', 'org'],
      scrub: false,
      secrets: [],
    })
    const basic: InjectedField = { kind: 'basic', user: [literal('u')], password: [literal('p')] }
    expect(send([basic], [], { headers }).headers).toEqual([
      'openai_organization',
      'x',
      'Accept-Encoding',
      'br',
      'authorization',
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    ])
    const query: InjectedField = { kind: 'query', name: 'v', value: [literal('1')] }
    expect(send([query], [], { query: 'V=2&w' }).target).toBe('/v1/x?w&v=1')
  })
})

describe('the answer’s coding', () => {
  const field: InjectedField = { kind: 'header', name: 'x-key', value: secret }
  it('is set to identity when the answer is to be searched, and left to the client otherwise', () => {
    const headers = ['accept-encoding', 'br']
    const placements: Placement[] = [{ kind: 'header', name: 'x-key' }]
    expect(send([field], placements, { headers })).toMatchObject({
      headers: ['accept-encoding', 'identity', 'x-key', VALUE],
      scrub: true,
    })
    expect(send([field], placements, { headers, scrub: false })).toMatchObject({
      headers: ['accept-encoding', 'br', 'x-key', VALUE],
      scrub: false,
    })
  })
})

describe('the path of a request', () => {
  it('keeps the service’s base path when no secret is put into it', () => {
    expect(send([], [], { base: `${ORIGIN}/base`, path: '/base/v1' }).target).toBe('/base/v1')
  })

  it('is refused when a secret is to be put into it and the service has a base path', () => {
    const field: InjectedField = { kind: 'path', value: secret }
    expect(() => send([field], [{ kind: 'path', template: '/{}' }], { base: `${ORIGIN}/base` })).toThrow(
      expect.objectContaining({ code: 'DESTINATION_NOT_ALLOWED', message: 'a secret in the path, below a base path' }),
    )
  })

  it.each([
    ['literals alone', [literal('/file')]],
    ['the same secret', secret],
  ])('is refused when a second template would be put into it beside a secret: %s', (_what, other) => {
    const bot: InjectedField = { kind: 'path', value: [literal('/bot'), ...secret] }
    const placements: Placement[] = [
      { kind: 'path', template: '/bot{}' },
      { kind: 'path', template: '/{}' },
    ]
    const refusal = { code: 'DESTINATION_NOT_ALLOWED', message: 'a secret in the path, beside another template' }
    for (const fields of [
      [bot, { kind: 'path', value: other }],
      [{ kind: 'path', value: other }, bot],
    ] as const)
      expect(() => send(fields, placements)).toThrow(expect.objectContaining(refusal))
  })

  it.each(['/a/../b', '/./a', '//a', '/a b', '/a\\b', '/é', '', 'a'])(
    'is refused with PATH_NOT_ALLOWED when a URL parser would change it: %j',
    (path) => {
      expect(() => send([], [], { path })).toThrow(
        expect.objectContaining({ code: 'PATH_NOT_ALLOWED', message: 'the path is not in its one spelling' }),
      )
    },
  )
})

describe('a token of ours', () => {
  const token = newToken('app')
  it.each([
    ['the query', { query: `a=${token}` }],
    ['a header', { headers: ['x-a', `Basic ${Buffer.from(token).toString('base64')}`] }],
    ['the name of a header', { headers: [token, 'x'] }],
  ])('is refused in %s with INVALID_REQUEST, and the answer says where the credential belongs', (_where, request) => {
    expect(() => send([], [], request)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        message: 'a token of ours would have left with the request',
        say: 'The app’s credential is in a place from which it cannot be removed. Send it only in a header, a query value or Basic.',
      }),
    )
  })
})
