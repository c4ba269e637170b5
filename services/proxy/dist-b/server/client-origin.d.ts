import type { IncomingHttpHeaders } from 'node:http'
import type { TrustedProxies } from './source-address.js'
/** How a request reached us. */
export interface Arrival {
  /** Over TLS that ends here. */
  readonly encrypted: boolean
  /** The address that made the connection. */
  readonly connected: string | undefined
  readonly headers: IncomingHttpHeaders
}
/**
 * The origin under which the client knows us, for an address that is to bring it back here; null where it cannot be
 * told. Host is the client's own word, and may be: the address goes to nobody but who sent it. A word of somebody else,
 * `X-Forwarded-*`, counts from a trusted proxy alone, and its first entry is what the client said.
 */
export declare function clientOrigin({ encrypted, connected, headers }: Arrival, proxies: TrustedProxies): string | null
