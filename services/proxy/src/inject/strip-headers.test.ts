import { describe, expect, it } from '@jest/globals'
import { foldHeaderName } from '@protectmyapi/service-kit/http/header-name'
import { type StripRules, stripHeaders, withoutNamed } from './strip-headers.js'

const left = (headers: readonly string[], rules: Partial<StripRules> = {}): string[] =>
  stripHeaders(headers, { replaced: new Set(), injects: false, scrub: false, ...rules })

/** As a server may read a name that turns fields into variables, or undoes escapes. */
const spellingsOf = (name: string): string[] => [
  name,
  name.toUpperCase(),
  name.replaceAll('-', '_'),
  name.replaceAll('-', '.'),
  name.replaceAll('-', '%2D'),
  name.replaceAll('e', '%65'),
]

const NEVER_SENT_ON = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'content-length',
  'expect',
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'client-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-whatever',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
  'x-original-uri',
  '-transfer-encoding',
  'transfer--encoding-',
  '--content--length--',
]

describe('a field of a request', () => {
  it.each(NEVER_SENT_ON)('is dropped under the name %s, in any spelling', (name) => {
    for (const spelt of spellingsOf(name))
      expect(left(['X-A', '1', spelt, '', 'X-B', '2'])).toEqual(['X-A', '1', 'X-B', '2'])
  })

  it.each([
    'x-transfer-encoding',
    'transfer-encoding-x',
    'transferencoding',
    'x-content-length',
    'content-length-x',
    'contentlength',
    'content-type',
    'my-x-forwarded-for',
    'x',
  ])('is kept under the name %s, which only resembles a dropped one', (name) => {
    expect(left([name, 'x'], { injects: true, scrub: true })).toEqual([name, 'x'])
  })

  it.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'xi-api-key'])(
    'with the name %s, used by SDKs for keys, is kept when no secret is injected, and dropped otherwise',
    (name) => {
      for (const spelt of spellingsOf(name)) {
        expect(left([spelt, 'x'])).toEqual([spelt, 'x'])
        expect(left([spelt, 'x'], { injects: true })).toEqual([])
      }
    },
  )

  it('that lists the client’s codings is kept unless answers are searched', () => {
    expect(left(['Accept_Encoding', 'br'])).toEqual(['Accept_Encoding', 'br'])
    expect(left(['Accept_Encoding', 'br'], { scrub: true })).toEqual([])
  })

  it('is dropped when the injection sets a field of the same name', () => {
    const replaced = new Set([foldHeaderName('OpenAI-Organization')])
    expect(left(['openai.organization', 'x', 'openai', 'y'], { replaced })).toEqual(['openai', 'y'])
  })
})

describe('the fields named in Connection', () => {
  it.each([
    ['X-A', ['x-b', '2', 'x-c', '3']],
    ['x.a', ['x-b', '2', 'x-c', '3']],
    ['keep-alive', ['x_a', '1', 'x-b', '2', 'x-c', '3']],
    ['keep-alive, x-b', ['x_a', '1', 'x-c', '3']],
    [' x-c ,\t X_A', ['x-b', '2']],
    [',', ['x_a', '1', 'x-b', '2', 'x-c', '3']],
  ])('%j are dropped in any spelling, and all others are kept', (options, kept) => {
    expect(left(['x_a', '1', 'CONNECTION', options, 'x-b', '2', 'x-c', '3'])).toEqual(kept)
  })

  it('are collected from all Connection fields, and from no other field', () => {
    const fields = ['x-a', '1', 'x-b', '2', 'x-c', '3', 'connections', 'x-c']
    expect(left([...fields, 'Connection', 'x-a', 'connection', 'x-b'])).toEqual(['x-c', '3', 'connections', 'x-c'])
  })

  it('are dropped from a given part of the request’s fields as well', () => {
    expect(withoutNamed(['x-a', '1', 'x-b', 'x-a'], ['connection', 'x-a'])).toEqual(['x-b', 'x-a'])
  })
})
