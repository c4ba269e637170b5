import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import type { Limit, Route } from '../routes/route.js'
import type { AccessRequest } from './admission.js'

/** One GCRA bucket that a request draws one unit from. */
export interface LimitBucket extends Omit<Limit, 'allServices'> {
  /** Identifies the bucket without naming anybody in it. */
  readonly key: string
}

/**
 * The buckets last worked out for a route. `address` is the one that asked last, where an address stands in for the
 * device.
 */
const ofRoutes = new WeakMap<Route, { readonly address: string | null; readonly buckets: readonly LimitBucket[] }>()

/**
 * The buckets of one request, worked out once for each session's route. Two equal limits of a service are one bucket,
 * which is drawn from once.
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

/** The buckets that the request has yet to draw from: one that begins again has drawn from most of them already. */
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
 * Injective: length-prefixed, then hashed. The limit's numbers are part of the key, so a changed limit starts with a
 * full bucket, and two services whose limits for the organization differ have separate buckets.
 */
function bucketKey(request: AccessRequest, limit: Limit): string {
  const { scope, count, periodMs, burst } = limit
  const numbers = [count, periodMs, burst].map(String)
  const fields = [scope, request.route.organizationId, ...whose(request, limit), ...numbers]
  return createHash('sha256').update(joinInjectively(fields)).digest('base64url')
}

/**
 * A service's limit counts the requests of that service alone; an app's limit counts those of the app to all its
 * services; an organization's limit counts those of all services that name it. Ids carry their kind as a prefix, so
 * buckets of different kinds never collide.
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
      // Without a device, the source address stands in for it. The word in front keeps one from passing for the other.
      return route.deviceId === null
        ? [owner, 'address', addressBlock(sourceAddress)]
        : [owner, 'device', route.deviceId]
  }
}
