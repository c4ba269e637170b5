import { describe, expect, it } from '@jest/globals'
import { sourceAddress, trustedProxies } from './source-address.js'

const proxies = trustedProxies(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])

describe('the source address', () => {
  it.each([
    ['203.0.113.5', undefined, '203.0.113.5'],
    // A client that connects directly may write anything into the field, so it is not read.
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '1.1.1.1, 198.51.100.1, 192.0.2.1', '198.51.100.1'],
    ['10.1.2.3', '1.1.1.1, rubbish, 10.9.9.9', '10.9.9.9'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['2001:db8::1', '2400:cb00::7', '2400:cb00::7'],
    [undefined, '198.51.100.1', ''],
  ])('of a connection from %s with X-Forwarded-For %j is %s', (connected, forwarded, expected) => {
    expect(sourceAddress(connected, forwarded, proxies)).toBe(expected)
  })

  it.each([
    [15, '198.51.100.1'],
    [16, '10.9.9.9'],
  ])('is looked for through at most sixteen hops: behind %d of them it is %s', (proxied, expected) => {
    const forwarded = ['198.51.100.1', ...Array<string>(proxied).fill('10.9.9.9')].join(', ')
    expect(sourceAddress('10.1.2.3', forwarded, proxies)).toBe(expected)
  })

  it('is the connection’s own when no proxy is trusted', () => {
    expect(sourceAddress('127.0.0.1', '198.51.100.1', trustedProxies([]))).toBe('127.0.0.1')
  })

  it.each(['x', '10.0.0.0/33', '10.0.0/8'])(
    'cannot be looked for with %s as a trusted range, which throws',
    (range) => {
      expect(() => trustedProxies([range])).toThrow()
    },
  )
})
