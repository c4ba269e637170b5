import { BlockList, isIP, isIPv4 } from 'node:net'

/**
 * Addresses that are never dialled on a tenant's behalf: IANA's special-purpose registries (RFC 6890 and successors)
 * for IPv4 and IPv6, and every IPv6 form that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo), because the
 * embedded address could be any of these.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
] as const

/** Global unicast is 2000::/3 only (RFC 4291); these ranges within it are special. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'] as const

const special = new BlockList()
for (const range of SPECIAL_V4) addRange(special, range, 'ipv4')
for (const range of SPECIAL_V6) addRange(special, range, 'ipv6')

const globalV6 = new BlockList()
addRange(globalV6, '2000::/3', 'ipv6')

/** True for a unicast address of the public internet. Text that is no IP address is not public. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '')
  // A zone index names a link, so the address is never public.
  if (bare.includes('%') || isIP(bare) === 0) return false
  if (isIPv4(bare)) return !special.check(bare, 'ipv4')
  return globalV6.check(bare, 'ipv6') && !special.check(bare, 'ipv6')
}

/** Where clouds hand out credentials: AWS, Google, Azure, Alibaba and Oracle, with all link-local addresses. */
const METADATA_V4 = ['169.254.0.0/16', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32'] as const
const METADATA_V6 = [
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  // Each of these can carry an IPv4 address to a gateway, and no operator's host needs one: NAT64, translated (RFC
  // 2765), 6to4, Teredo.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '::ffff:0:0:0/96',
  '2002::/16',
  '2001::/32',
] as const

const metadata = new BlockList()
for (const range of METADATA_V4) addRange(metadata, range, 'ipv4')
for (const range of METADATA_V6) addRange(metadata, range, 'ipv6')
// IPv4-compatible (RFC 4291 § 2.5.5.1). Mapped addresses are checked as the IPv4 address that they carry.
for (const range of METADATA_V4)
  addRange(metadata, `::${range.replace(/\d+$/, (bits) => String(96 + Number(bits)))}`, 'ipv6')

/** Whether an address is never dialled, even for a host that an operator exempts. Also recognises mapped IPv4. */
export function isMetadataAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  return isIP(bare) !== 0 && metadata.check(bare, isIPv4(bare) ? 'ipv4' : 'ipv6')
}

/**
 * Names that resolvers answer with local addresses, or that networks and clusters use inside: RFC 6761, RFC 6762 with
 * its appendix G, RFC 8375 and RFC 9476; then Kubernetes, with the namespaces of every cluster (`kubernetes.default`),
 * and Consul. None of them is a public top-level domain.
 */
const LOCAL_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'home.arpa',
  'lan',
  'localdomain',
  'onion',
  'alt',
  'invalid',
  'test',
  'svc',
  'pod',
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'consul',
]

/**
 * Names in public zones at which clouds serve a machine its own metadata, including its credentials. The first once had
 * a public address.
 */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.goog',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
])

/** RFC 1035 § 2.3.1, plus the underscore that some providers use. 255 bytes on the wire hold 253 characters of text. */
const DNS_NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * False for a host name that cannot be a provider's on the public internet, whatever it resolves to.
 *
 * @param host as the URL parser returns it: ASCII, with numbers in any form turned into addresses.
 */
export function isPublicHostName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return isPublicAddress(name)
  if (!DNS_NAME.test(name) || METADATA_NAMES.has(name)) return false
  return !LOCAL_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`))
}

function addRange(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', prefix = ''] = range.split('/')
  list.addSubnet(network, Number(prefix), family)
}
