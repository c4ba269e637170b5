import { BlockList, isIP, isIPv4 } from 'node:net'

/**
 * Proxies in front of this one that are believed about the client's address, and about how the client knows this proxy.
 */
export interface TrustedProxies {
  trusts(address: string): boolean
}

const LIMITS = {
  /** Hops that are looked through. */
  hopsMax: 16,
} as const

const COLON = 0x3a

/** @throws where an item is neither a CIDR range nor an address. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  if (ranges.length === 0) return { trusts: () => false }
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return {
    trusts(connected) {
      const address = plain(connected)
      return isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
    },
  }
}

/**
 * The client's address: the connection's own, unless a trusted proxy made the connection. In that case it is the last
 * entry of X-Forwarded-For that is not a trusted proxy; anyone may have written the entries before it.
 */
export function sourceAddress(
  connected: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let address = plain(connected ?? '')
  if (forwardedFor === undefined || !proxies.trusts(address)) return address
  const hops = forwardedFor
    .split(',')
    .map((hop) => hop.trim())
    .reverse()
  for (const hop of hops.slice(0, LIMITS.hopsMax)) {
    if (!proxies.trusts(address) || isIP(hop) === 0) break
    address = plain(hop)
  }
  return address
}

/** IPv4 in its own form, however the socket was bound. */
function plain(address: string): string {
  return address.charCodeAt(0) === COLON ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address
}
