import { describe, expect, it } from '@jest/globals'
import { type Arrival, clientOrigin } from './client-origin.js'
import { trustedProxies } from './source-address.js'

const proxies = trustedProxies(['10.0.0.0/8'])
const INGRESS = '10.1.2.3'
const STRANGER = '203.0.113.5'

const origin = (headers: Arrival['headers'], over: Partial<Arrival> = {}): string | null =>
  clientOrigin({ encrypted: false, connected: STRANGER, headers, ...over }, proxies)

const FORWARDED = { host: 'inside:8080', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'proxy.example.com' }

describe('the origin under which a client reaches the proxy', () => {
  it('is the connection’s scheme and the Host that the client sent', () => {
    expect(origin({ host: 'proxy.example.com:8080' })).toBe('http://proxy.example.com:8080')
    expect(origin({ host: 'Proxy.Example.com:443' }, { encrypted: true })).toBe('https://proxy.example.com')
    expect(origin({ host: '[2001:db8::1]:8443' }, { encrypted: true })).toBe('https://[2001:db8::1]:8443')
  })

  it('has the scheme or the host that a trusted proxy states, each by itself', () => {
    const by = { connected: INGRESS }
    expect(origin(FORWARDED, by)).toBe('https://proxy.example.com')
    expect(origin({ host: 'a.example', 'x-forwarded-proto': 'HTTPS' }, by)).toBe('https://a.example')
    expect(origin({ host: 'a.example', 'x-forwarded-host': 'b.example' }, by)).toBe('http://b.example')
    expect(origin(FORWARDED, { connected: `::ffff:${INGRESS}` })).toBe('https://proxy.example.com')
  })

  it('is taken from the first hop when several trusted ones have added theirs', () => {
    const headers = { host: 'x', 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'a.example , b.example' }
    expect(origin(headers, { connected: INGRESS })).toBe('https://a.example')
  })

  it('ignores these fields when they do not come from a trusted proxy', () => {
    expect(origin(FORWARDED)).toBe('http://inside:8080')
    expect(origin(FORWARDED, { connected: undefined })).toBe('http://inside:8080')
    expect(clientOrigin({ encrypted: false, connected: INGRESS, headers: FORWARDED }, trustedProxies([]))).toBe(
      'http://inside:8080',
    )
  })

  it.each([
    '',
    'a b',
    'user@evil.example',
    'a.example:80@evil.example',
    'evil.example/path',
    'evil.example\\x',
    'evil.example?x',
    'evil.example#x',
    'a.example%2f',
    'a.example:',
    'a.example:99999',
    'a.example:8a',
    '[::1',
    '[::g]',
    'é.example',
    '999.1.1.1',
    'a'.repeat(260),
  ])('is null when the host is invalid: %j', (host) => {
    expect(origin({ host })).toBeNull()
    expect(origin({ host: 'a.example', 'x-forwarded-host': host }, { connected: INGRESS })).toBeNull()
  })

  it.each(['', 'ftp', 'javascript', 'https:'])('is null when the scheme is invalid: %j', (scheme) => {
    expect(origin({ host: 'a.example', 'x-forwarded-proto': scheme }, { connected: INGRESS })).toBeNull()
  })

  it('is null when there is no host', () => {
    expect(origin({})).toBeNull()
  })
})
