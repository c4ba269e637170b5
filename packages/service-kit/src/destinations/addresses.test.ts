import { describe, expect, it } from '@jest/globals'
import { carriersOfV4 } from '../test/hostile-urls.js'
import {
  edgesV4,
  edgesV6,
  inRangesV4,
  inRangesV6,
  SPECIAL_RANGES_V4,
  SPECIAL_RANGES_V6,
} from '../test/special-ranges.js'
import { isMetadataAddress, isPublicAddress, isPublicHostName } from './addresses.js'

const RANGES_V4 = SPECIAL_RANGES_V4.map(([range]) => range)
const RANGES_V6 = SPECIAL_RANGES_V6.map(([range]) => range)

describe('IANA’s special-purpose registries', () => {
  it.each(SPECIAL_RANGES_V4)(
    '%s (%s): its ends are not public, while its neighbours are unless another range holds them',
    (range, _purpose) => {
      const { first, last, neighbours } = edgesV4(range)
      expect([first, last].map(isPublicAddress)).toEqual([false, false])
      for (const address of neighbours)
        expect([address, isPublicAddress(address)]).toEqual([address, !inRangesV4(address, RANGES_V4)])
    },
  )

  it.each(SPECIAL_RANGES_V6)(
    '%s (%s): its ends are not public, while its neighbours in 2000::/3 are unless another range holds them',
    (range, _purpose) => {
      const { first, last, neighbours } = edgesV6(range)
      expect([first, last].map(isPublicAddress)).toEqual([false, false])
      for (const address of neighbours) {
        const isPublic = inRangesV6(address, ['2000::/3']) && !inRangesV6(address, RANGES_V6)
        expect([address, isPublicAddress(address)]).toEqual([address, isPublic])
      }
    },
  )

  it('leave neighbours that are public, so that the ranges are not merely too wide', () => {
    const besideV4 = RANGES_V4.flatMap((range) => edgesV4(range).neighbours).filter(isPublicAddress)
    const besideV6 = RANGES_V6.flatMap((range) => edgesV6(range).neighbours).filter(isPublicAddress)
    expect([besideV4.length, besideV6.length]).toEqual([33, 11])
  })
})

const SPECIAL = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '3fff::1',
  '5f00::1',
  '[::1]',
  '2620:4f:8000::1',
]

describe('isPublicAddress', () => {
  it.each(SPECIAL)('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false))
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '104.18.6.192',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::6812:6c0',
    '[2a00:1450:4001::1]',
  ])('lets %s through', (address) => expect(isPublicAddress(address)).toBe(true))
  it.each(['', 'example.com', '127.1', '0x7f.0.0.1', '2130706433', '8.8.8.8 ', '08.8.8.8'])(
    'does not accept %p as an address',
    (text) => expect(isPublicAddress(text)).toBe(false),
  )
})

describe('isPublicHostName', () => {
  it.each([
    'localhost',
    'db',
    'a.localhost',
    'x.local',
    'metadata.google.internal',
    'vault.default.svc',
    'kubernetes.default',
    'kube-dns.kube-system.',
    '10-0-0-1.default.pod',
    'kubernetes.default.svc.cluster.local',
    'vault.service.consul',
    'kubernetes',
    'a.home.arpa',
    '127.0.0.1',
    '[::1]',
    'LOCALHOST.',
    'a.test',
    'a..example.com',
    '.example.com',
    'example.com..',
    '127.0.0.1..',
    '*.example.com',
    'a;b.example.com',
    'a,b.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(125)}example.com`,
    'wiki.corp',
  ])('refuses %s', (host) => expect(isPublicHostName(host)).toBe(false))
  it.each(['api.openai.com', 'API.Stripe.com.', '8.8.8.8', 'xn--bcher-kva.example', 'my_bucket.s3.example', 'a1.co'])(
    'lets %s through',
    (host) => expect(isPublicHostName(host)).toBe(true),
  )
})

describe('isMetadataAddress', () => {
  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    'fd00:ec2::254',
    'fe80::1%eth0',
    '100.100.100.200',
    '168.63.129.16',
  ])('recognises %s', (address) => expect(isMetadataAddress(address)).toBe(true))
  it.each(['169.254.169.254', '100.100.100.200', '192.0.0.192'].flatMap(carriersOfV4))(
    'recognises %s, which carries the IPv4 address of one',
    (address) => expect(isMetadataAddress(address)).toBe(true),
  )
  it.each(['127.0.0.1', '::1', '10.0.0.1', '8.8.8.8', 'metadata'])('does not recognise %s', (address) =>
    expect(isMetadataAddress(address)).toBe(false),
  )
})
