import type { Limit } from '../routes/route.js'
import type { AccessRequest } from './admission.js'
/** One GCRA bucket that a request draws one unit from. */
export interface LimitBucket extends Limit {
  /** Names the bucket and nobody in it. */
  readonly key: string
}
/**
 * The buckets of one request, worked out once for each session's route. Two equal limits of a service are one bucket:
 * it is drawn from once.
 */
export declare function bucketsOf(request: AccessRequest): readonly LimitBucket[]
/** IPv6 hands a /64 to each customer (RFC 6177): one of 2^64 addresses says nothing of who it is. */
export declare function addressBlock(address: string): string
