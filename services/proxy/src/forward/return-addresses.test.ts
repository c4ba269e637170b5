import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseRequestTarget } from '../aim/request-target.js'
import { isReturnAddress, leadBack, type ReturnPath } from './return-addresses.js'

const UPSTREAM = 'https://api.example.com'
const UPLOAD = '/upload/v1beta/files?upload_id=AbC-1_2&upload_protocol=resumable'

const backTo = (over: Partial<ReturnPath> & { base?: string } = {}): ReturnPath => ({
  target: { origin: UPSTREAM, baseUrl: new URL(over.base ?? UPSTREAM) },
  path: '/upload/v1beta/files',
  prefix: '/v1/p/gemini',
  origin: () => 'https://proxy.example.net:8443',
  ...over,
})

/** What one field becomes; undefined where it is dropped. */
const led = (
  name: string,
  value: string,
  { status = 200, ...over }: Parameters<typeof backTo>[0] & { status?: number } = {},
) => leadBack(status, [name, value], backTo(over))[1]

const ELSEWHERE = [
  ['another host', `https://elsewhere.example${UPLOAD}`],
  ['a host that begins alike', `https://api.example.com.evil.example${UPLOAD}`],
  ['a host behind a user’s name', `https://api.example.com@evil.example${UPLOAD}`],
  ['the host with a user’s name', `https://user:word@api.example.com${UPLOAD}`],
  ['another scheme', `http://api.example.com${UPLOAD}`],
  ['another port', `https://api.example.com:8443${UPLOAD}`],
  ['no scheme', `//evil.example${UPLOAD}`],
  ['backslashes for slashes', `/\\evil.example${UPLOAD}`],
  ['a host in the path', `${UPSTREAM}//evil.example/x`],
  ['an encoded climb', `${UPSTREAM}/a/..%2f..%2fx`],
  ['no URL', 'https://'],
  ['a blank', `${UPSTREAM}/a b`],
  ['a tab', `https://api.example.com\t.evil.example/x`],
  ['a byte above ASCII', `${UPSTREAM}/\xe9`],
  ['a script', 'javascript:alert(1)'],
  ['data', 'data:text/plain,x'],
  ['nothing', ''],
] as const

describe.each(['x-goog-upload-url', 'X-Goog-Upload-URL', 'x-goog-upload-control-url'])('%s', (name) => {
  it('leads to the proxy if it led to the provider, with path and query unchanged', () => {
    expect(led(name, UPSTREAM + UPLOAD)).toBe(`https://proxy.example.net:8443/v1/p/gemini${UPLOAD}`)
    expect(led(name, `${UPSTREAM}:443/x?a=%2f+b&c`)).toBe('https://proxy.example.net:8443/v1/p/gemini/x?a=%2f+b&c')
    expect(led(name, UPLOAD)).toBe(`https://proxy.example.net:8443/v1/p/gemini${UPLOAD}`)
  })

  it('leads to the service’s own host name at the proxy if the client uses that', () => {
    const over = { prefix: '', origin: () => 'https://gemini.proxy.example.net' }
    expect(led(name, UPSTREAM + UPLOAD, over)).toBe(`https://gemini.proxy.example.net${UPLOAD}`)
  })

  it('loses the service’s base path, and is dropped if it does not lead below that', () => {
    const base = `${UPSTREAM}/base/`
    expect(led(name, `${UPSTREAM}/base/x?y`, { base })).toBe('https://proxy.example.net:8443/v1/p/gemini/x?y')
    for (const path of ['/', '/base', '/basement/x', '/other', '/base/../other', '/base/%2e%2e/other', '/base//x'])
      expect(led(name, UPSTREAM + path, { base })).toBeUndefined()
  })

  it.each(ELSEWHERE)('is dropped if it does not lead to the provider: %s', (_what, value) => {
    expect(led(name, value)).toBeUndefined()
  })

  it('is dropped if it is unknown by which name the client addressed the proxy', () => {
    expect(led(name, UPSTREAM + UPLOAD, { origin: () => null })).toBeUndefined()
  })

  it('counts as a return address', () => {
    expect(isReturnAddress(name)).toBe(true)
  })
})

describe('the Location of a redirect, which clients follow with every header but Authorization', () => {
  it.each([300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399])(
    'becomes a path that leads back to the proxy, without need of the proxy’s name: status %d',
    (status) => {
      const over = { status, origin: () => null }
      expect(led('Location', `${UPSTREAM}/x?y`, over)).toBe('/v1/p/gemini/x?y')
      expect(led('Location', '/x?y', over)).toBe('/v1/p/gemini/x?y')
      expect(led('Location', 'x?y', over)).toBe('/v1/p/gemini/upload/v1beta/x?y')
      expect(led('Location', `${UPSTREAM}/x?y`, { ...over, prefix: '' })).toBe('/x?y')
    },
  )

  it.each(ELSEWHERE)('is dropped if it does not lead to the provider: %s', (_what, value) => {
    expect(led('Location', value, { status: 307 })).toBeUndefined()
    expect(led('Location', value, { status: 307, prefix: '' })).toBeUndefined()
  })

  it('never names a host and is a valid request target, whatever the provider writes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'/\\.:@%2fe?#ax\t ') })
    fc.assert(
      fc.property(text, fc.constantFrom('', '/v1/p/gemini'), (value, prefix) => {
        const location = led('Location', value, { status: 302, prefix })
        if (location === undefined) return
        expect(new URL(location, 'https://proxy.example.net').origin).toBe('https://proxy.example.net')
        expect(() => parseRequestTarget(location)).not.toThrow()
      }),
    )
  })
})

describe('any other field of an answer', () => {
  it('keeps its order and spelling, and its duplicates', () => {
    const fields = ['Link', `<${UPSTREAM}/x>; rel=next`, 'X-A', '1', 'x-a', '2', 'X-Goog-Upload-Status', 'active']
    expect(leadBack(200, fields, backTo())).toEqual(fields)
    expect(leadBack(200, ['x-a', '1', 'x-goog-upload-url', 'x', 'x-b', '2'], backTo())).toEqual([
      'x-a',
      '1',
      'x-goog-upload-url',
      'https://proxy.example.net:8443/v1/p/gemini/upload/v1beta/x',
      'x-b',
      '2',
    ])
  })

  it.each([200, 201, 299, 400])(
    'such as a Location with status %d, which no client follows by itself, stays unchanged',
    (status) => {
      expect(led('Location', 'https://elsewhere.example/x', { status })).toBe('https://elsewhere.example/x')
    },
  )
})
