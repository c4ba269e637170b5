import type { RequestTarget } from '../aim/request-target.js'
/** Where a request to the proxy itself wants to go. */
export type Destination =
  | ServiceDestination
  | {
      readonly kind: 'own'
      readonly path: string
    }
export interface ServiceDestination {
  readonly kind: 'service'
  readonly service: string
  readonly target: RequestTarget
  /** What stood before the provider's path: `/v1/p/{service}`, or nothing where the host names the service. */
  readonly prefix: string
}
/**
 * By host where the host is `{service}.<suffix>`: there every path is the provider's. Else by path,
 * `/v1/p/{service}/{path…}`. The organisation comes from the credential, never from here.
 */
export declare function destinationOf(
  host: string | undefined,
  target: RequestTarget,
  hostSuffix: string | null,
): Destination
/** RFC 1123 § 2.1. What is none cannot be a service's slug. */
export declare function isSlug(text: string): boolean
