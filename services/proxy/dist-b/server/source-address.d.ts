/** Proxies in front of us, whose word on the client's address, and on how the client knows us, is believed. */
export interface TrustedProxies {
  trusts(address: string): boolean
}
/** @throws where an item is no CIDR range or address. */
export declare function trustedProxies(ranges: readonly string[]): TrustedProxies
/**
 * The client's address: the connection's own, unless a trusted proxy made the connection. Then the last entry of
 * X-Forwarded-For that no trusted proxy stands for: what is left of it was written by whoever wished to.
 */
export declare function sourceAddress(
  connected: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string
