import { type Aim } from '../aim/aim.js'
import type { Identified } from '../identify/identify.js'
import type { HeldSecret } from '../lease/lease-source.js'
import type { Route } from '../routes/route.js'
/** What goes to the provider, apart from the body. */
export interface UpstreamRequest {
  readonly origin: string
  readonly method: string
  /** Path and query, byte for byte. */
  readonly target: string
  /** Name, value, … without Host and framing, which the client library writes. */
  readonly headers: readonly string[]
  /** Every secret that is in it. */
  readonly secrets: readonly HeldSecret[]
  /** What stands for user and password of Basic, base64. */
  readonly basics: readonly string[]
  /** The answer is to be searched for what was injected. */
  readonly scrub: boolean
}
/**
 * Strips, then renders, then sets. The order is the security property: a client's Connection field cannot name what is
 * set after it was obeyed, and nothing of the client's stands beside what is injected.
 *
 * @throws Fault SECRET_NOT_FOUND, DESTINATION_NOT_ALLOWED, SECRET_DECRYPTION_FAILED, INVALID_REQUEST.
 */
export declare function inject(
  route: Route,
  aimed: Aim,
  request: Pick<Identified, 'headers' | 'query'> & {
    readonly method: string
  },
  held: ReadonlyMap<string, HeldSecret>,
): UpstreamRequest
/** As the URL standard's parser leaves it. Most paths are so plain that it need not be asked, at a twentieth of the time. */
export declare function isInOneSpelling(path: string): boolean
