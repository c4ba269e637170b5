import { describe, expect, it } from '@jest/globals'
import { clientOrigin } from './client-origin.js'
import { trustedProxies } from './source-address.js'

const proxies = trustedProxies(['10.0.0.0/8'])
const INGRESS = '10.1.2.3'
const STRANGER = '203.0.113.5'
const origin = (headers, over = {}) =>
  clientOrigin({ encrypted: false, connected: STRANGER, headers, ...over }, proxies)
const FORWARDED = { host: 'inside:8080', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'proxy.example.com' }
describe('the origin under which a client knows us', () => {
  it('is the connection’s scheme and the Host that the client sent', () => {
    expect(origin({ host: 'proxy.example.com:8080' })).toBe('http://proxy.example.com:8080')
    expect(origin({ host: 'Proxy.Example.com:443' }, { encrypted: true })).toBe('https://proxy.example.com')
    expect(origin({ host: '[2001:db8::1]:8443' }, { encrypted: true })).toBe('https://[2001:db8::1]:8443')
  })
  it('is what a trusted proxy says of scheme and host, each by itself', () => {
    const by = { connected: INGRESS }
    expect(origin(FORWARDED, by)).toBe('https://proxy.example.com')
    expect(origin({ host: 'a.example', 'x-forwarded-proto': 'HTTPS' }, by)).toBe('https://a.example')
    expect(origin({ host: 'a.example', 'x-forwarded-host': 'b.example' }, by)).toBe('http://b.example')
    expect(origin(FORWARDED, { connected: `::ffff:${INGRESS}` })).toBe('https://proxy.example.com')
  })
  it('is the first hop’s word where several trusted ones have added theirs', () => {
    const headers = { host: 'x', 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'a.example , b.example' }
    expect(origin(headers, { connected: INGRESS })).toBe('https://a.example')
  })
  it('is never what anybody else says in those fields', () => {
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
  ])('cannot be told from a host that is none: %j', (host) => {
    expect(origin({ host })).toBeNull()
    expect(origin({ host: 'a.example', 'x-forwarded-host': host }, { connected: INGRESS })).toBeNull()
  })
  it.each(['', 'ftp', 'javascript', 'https:'])('cannot be told from a scheme that is none: %j', (scheme) => {
    expect(origin({ host: 'a.example', 'x-forwarded-proto': scheme }, { connected: INGRESS })).toBeNull()
  })
  it('cannot be told where there is no host', () => {
    expect(origin({})).toBeNull()
  })
})
//# sourceMappingURL=client-origin.test.js.map
