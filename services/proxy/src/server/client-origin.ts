import type { IncomingHttpHeaders } from 'node:http'
import type { TrustedProxies } from './source-address.js'

/** How a request reached the proxy. */
export interface Arrival {
  /** Over TLS that ends here. */
  readonly encrypted: boolean
  /** The address that made the connection. */
  readonly connected: string | undefined
  readonly headers: IncomingHttpHeaders
}

const LIMITS = {
  /** A DNS name has 253 characters (RFC 1035 § 2.3.4), a port five and its colon. */
  hostCharsMax: 259,
} as const

/**
 * A name, an IPv4 address or a bracketed IPv6 one, and a port (RFC 3986 § 3.2). Nothing that could end the authority,
 * or begin user information in it.
 */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

export function isHost(text: string): boolean {
  return text.length <= LIMITS.hostCharsMax && HOST.test(text)
}

/**
 * The origin under which the client knows the proxy, for an address that is to lead the client back here; null where it
 * cannot be told. Host comes from the client itself and may be trusted for this, because the address goes only to the
 * client that sent it. `X-Forwarded-*` counts only from a trusted proxy, and its first entry is what the client sent.
 */
export function clientOrigin({ encrypted, connected, headers }: Arrival, proxies: TrustedProxies): string | null {
  const trusted = proxies.trusts(connected ?? '')
  const forwarded = (name: string): string | undefined => (trusted ? firstOf(headers[name]) : undefined)
  const scheme = forwarded('x-forwarded-proto')?.toLowerCase() ?? (encrypted ? 'https' : 'http')
  const host = forwarded('x-forwarded-host') ?? headers.host ?? ''
  if (scheme !== 'http' && scheme !== 'https') return null
  if (!isHost(host)) return null
  const text = `${scheme}://${host}`
  return URL.canParse(text) ? new URL(text).origin : null
}

/** Several fields are one list (RFC 9110 § 5.3). */
function firstOf(value: string | string[] | undefined): string | undefined {
  const list = Array.isArray(value) ? value.join(',') : value
  return list?.split(',', 1)[0]?.trim()
}
