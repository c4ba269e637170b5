/** A range in CIDR, and its purpose. */
type Row = readonly [range: string, purpose: string]

/**
 * IANA's special-purpose address registries, row by row, with the RFC that each row names
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry), and multicast, which has
 * registries of its own. Kept separate from the rules that it tests.
 */
export const SPECIAL_RANGES_V4: readonly Row[] = [
  ['0.0.0.0/8', 'this network, RFC 791'],
  ['0.0.0.0/32', 'this host, RFC 1122'],
  ['10.0.0.0/8', 'private, RFC 1918'],
  ['100.64.0.0/10', 'shared address space, RFC 6598'],
  ['127.0.0.0/8', 'loopback, RFC 1122'],
  ['169.254.0.0/16', 'link-local, RFC 3927'],
  ['172.16.0.0/12', 'private, RFC 1918'],
  ['192.0.0.0/24', 'IETF protocol assignments, RFC 6890'],
  ['192.0.0.0/29', 'IPv4 service continuity, RFC 7335'],
  ['192.0.0.8/32', 'dummy address, RFC 7600'],
  ['192.0.0.9/32', 'port control anycast, RFC 7723'],
  ['192.0.0.10/32', 'TURN anycast, RFC 8155'],
  ['192.0.0.170/32', 'NAT64 discovery, RFC 8880'],
  ['192.0.0.171/32', 'NAT64 discovery, RFC 8880'],
  ['192.0.2.0/24', 'documentation, RFC 5737'],
  ['192.31.196.0/24', 'AS112, RFC 7535'],
  ['192.52.193.0/24', 'AMT, RFC 7450'],
  ['192.88.99.0/24', '6to4 relay, RFC 7526'],
  ['192.88.99.2/32', '6a44 relay, RFC 6751'],
  ['192.168.0.0/16', 'private, RFC 1918'],
  ['192.175.48.0/24', 'AS112, RFC 7534'],
  ['198.18.0.0/15', 'benchmarking, RFC 2544'],
  ['198.51.100.0/24', 'documentation, RFC 5737'],
  ['203.0.113.0/24', 'documentation, RFC 5737'],
  ['224.0.0.0/4', 'multicast, RFC 5771'],
  ['240.0.0.0/4', 'reserved, RFC 1112'],
  ['255.255.255.255/32', 'limited broadcast, RFC 8190'],
]

export const SPECIAL_RANGES_V6: readonly Row[] = [
  ['::1/128', 'loopback, RFC 4291'],
  ['::/128', 'unspecified, RFC 4291'],
  ['::ffff:0:0/96', 'IPv4-mapped, RFC 4291'],
  ['64:ff9b::/96', 'NAT64, RFC 6052'],
  ['64:ff9b:1::/48', 'local NAT64, RFC 8215'],
  ['100::/64', 'discard-only, RFC 6666'],
  ['100:0:0:1::/64', 'dummy prefix, RFC 9780'],
  ['2001::/23', 'IETF protocol assignments, RFC 2928'],
  ['2001::/32', 'Teredo, RFC 4380'],
  ['2001:1::1/128', 'port control anycast, RFC 7723'],
  ['2001:1::2/128', 'TURN anycast, RFC 8155'],
  ['2001:1::3/128', 'DNS-SD SRP anycast, RFC 9665'],
  ['2001:2::/48', 'benchmarking, RFC 5180'],
  ['2001:3::/32', 'AMT, RFC 7450'],
  ['2001:4:112::/48', 'AS112, RFC 7535'],
  ['2001:10::/28', 'ORCHID, RFC 4843'],
  ['2001:20::/28', 'ORCHIDv2, RFC 7343'],
  ['2001:30::/28', 'drone remote id, RFC 9374'],
  ['2001:db8::/32', 'documentation, RFC 3849'],
  ['2002::/16', '6to4, RFC 3056'],
  ['2620:4f:8000::/48', 'AS112, RFC 7534'],
  ['3fff::/20', 'documentation, RFC 9637'],
  ['5f00::/16', 'segment routing, RFC 9602'],
  ['fc00::/7', 'unique-local, RFC 4193'],
  ['fe80::/10', 'link-local, RFC 4291'],
  ['ff00::/8', 'multicast, RFC 4291'],
]

/** The edges of a range, as addresses in full. */
export interface RangeEdges {
  readonly first: string
  readonly last: string
  /** The addresses just outside, as far as the family reaches. */
  readonly neighbours: readonly string[]
}

interface Family {
  readonly bits: bigint
  read(address: string): bigint
  write(value: bigint): string
}

const V4: Family = {
  bits: 32n,
  read: (address) => address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n),
  write: (value) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.'),
}

const V6: Family = {
  bits: 128n,
  read(address) {
    const [head = '', tail = ''] = address.split('::')
    const [before, after] = [head, tail].map((half) => half.split(':').filter((part) => part !== ''))
    const gap = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0')
    const parts = [...(before ?? []), ...gap, ...(after ?? [])]
    return parts.reduce((value, part) => (value << 16n) | BigInt(`0x${part}`), 0n)
  },
  write: (value) =>
    [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(':'),
}

export const edgesV4 = (range: string): RangeEdges => edgesOf(range, V4)
export const edgesV6 = (range: string): RangeEdges => edgesOf(range, V6)

/**
 * Whether the address is in one of these ranges. Uses plain arithmetic, so that it shares no mistake with the tested
 * code.
 */
export const inRangesV4 = (address: string, ranges: readonly string[]): boolean => inRanges(address, ranges, V4)
export const inRangesV6 = (address: string, ranges: readonly string[]): boolean => inRanges(address, ranges, V6)

function bounds(range: string, family: Family): { first: bigint; last: bigint } {
  const [network = '', prefix = ''] = range.split('/')
  const first = family.read(network)
  return { first, last: first + (1n << (family.bits - BigInt(prefix))) - 1n }
}

function edgesOf(range: string, family: Family): RangeEdges {
  const { first, last } = bounds(range, family)
  const outside = [first - 1n, last + 1n].filter((value) => value >= 0n && value < 1n << family.bits)
  return { first: family.write(first), last: family.write(last), neighbours: outside.map(family.write) }
}

function inRanges(address: string, ranges: readonly string[], family: Family): boolean {
  const value = family.read(address)
  return ranges.some((range) => {
    const { first, last } = bounds(range, family)
    return value >= first && value <= last
  })
}
