import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import type { Limit, Route } from '../routes/route.js'
import type { AccessRequest } from './admission.js'

/** One GCRA bucket that a request draws one unit from. */
export interface LimitBucket extends Omit<Limit, 'allServices'> {
  /** Names the bucket and nobody in it. */
  readonly key: string
}

/** Of a route, which has a device as a rule; and of the address that asked last, where that stands for the device. */
const ofRoutes = new WeakMap<Route, { readonly address: string | null; readonly buckets: readonly LimitBucket[] }>()

/**
 * The buckets of one request, worked out once for each session's route. Two equal limits of a service are one bucket:
 * it is drawn from once.
 */
export function bucketsOf(request: AccessRequest): readonly LimitBucket[] {
  const { route } = request
  const address = route.deviceId === null ? addressBlock(request.sourceAddress) : null
  const known = ofRoutes.get(route)
  if (known?.address === address) return known.buckets
  const named = route.limits.map((limit) => bucketOf(request, limit))
  const buckets = [...new Map(named.map((bucket) => [bucket.key, bucket])).values()]
  ofRoutes.set(route, { address, buckets })
  return buckets
}

/** Those that the request has yet to draw from: one that begins again has drawn from most of them. */
export function undrawnBucketsOf(request: AccessRequest): readonly LimitBucket[] {
  const { admittedBy = [] } = request
  const buckets = bucketsOf(request)
  if (admittedBy.length === 0 || buckets.length === 0) return buckets
  const drawn = new Set(admittedBy.flatMap((route) => bucketsOf({ ...request, route }).map(({ key }) => key)))
  return buckets.filter(({ key }) => !drawn.has(key))
}

function bucketOf(request: AccessRequest, limit: Limit): LimitBucket {
  const { scope, count, periodMs, burst } = limit
  return { scope, count, periodMs, burst, key: bucketKey(request, limit) }
}

/**
 * Injective: length-prefixed, then hashed. The limit's numbers belong to it, so that a limit that was changed starts
 * with a full bucket, and so do two services whose limits for the organization differ.
 */
function bucketKey(request: AccessRequest, limit: Limit): string {
  const { scope, count, periodMs, burst } = limit
  const numbers = [count, periodMs, burst].map(String)
  const fields = [scope, request.route.organizationId, ...whose(request, limit), ...numbers]
  return createHash('sha256').update(joinInjectively(fields)).digest('base64url')
}

/**
 * A service's limits count its own requests alone, an app's those to all its services; the organization's counts those of
 * all services that name it. Ids say by their prefix what they are of, so one's bucket is never the other's.
 */
function whose({ route, sourceAddress }: AccessRequest, { scope, allServices }: Limit): readonly string[] {
  const owner = allServices ? route.appId : route.serviceId
  switch (scope) {
    case 'organization':
      return []
    case 'service':
      return [owner]
    case 'app':
      return [owner, route.appId]
    case 'device':
      // Without a device the source address stands for it. The word before it keeps one from passing for the other.
      return route.deviceId === null
        ? [owner, 'address', addressBlock(sourceAddress)]
        : [owner, 'device', route.deviceId]
  }
}
