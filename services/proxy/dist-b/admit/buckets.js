import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'

/** Of a route, which has a device as a rule; and of the address that asked last, where that stands for the device. */
const ofRoutes = new WeakMap()
/**
 * The buckets of one request, worked out once for each session's route. Two equal limits of a service are one bucket:
 * it is drawn from once.
 */
export function bucketsOf(request) {
  const { route } = request
  const address = route.deviceId === null ? addressBlock(request.sourceAddress) : null
  const known = ofRoutes.get(route)
  if (known?.address === address) return known.buckets
  const named = route.limits.map((limit) => ({ ...limit, key: bucketKey(request, limit) }))
  const buckets = [...new Map(named.map((bucket) => [bucket.key, bucket])).values()]
  ofRoutes.set(route, { address, buckets })
  return buckets
}
/**
 * Injective: length-prefixed, then hashed. The limit's numbers belong to it, so that a limit that was changed starts
 * with a full bucket, and so do two services whose limits for the organisation differ.
 */
function bucketKey(request, { scope, count, periodMs, burst }) {
  const numbers = [count, periodMs, burst].map(String)
  const fields = [scope, request.route.organizationId, ...whose(request, scope), ...numbers]
  return createHash('sha256').update(joinInjectively(fields)).digest('base64url')
}
/** A service's limits count its own requests alone; the organisation's counts those of all services that name it. */
function whose({ route, sourceAddress }, scope) {
  switch (scope) {
    case 'organization':
      return []
    case 'service':
      return [route.serviceId]
    case 'app':
      return [route.serviceId, route.appId]
    case 'device':
      // Without a device the source address stands for it. The word before it keeps one from passing for the other.
      return route.deviceId === null
        ? [route.serviceId, 'address', addressBlock(sourceAddress)]
        : [route.serviceId, 'device', route.deviceId]
  }
}
/** IPv6 hands a /64 to each customer (RFC 6177): one of 2^64 addresses says nothing of who it is. */
export function addressBlock(address) {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return bare
  const [head = '', tail] = bare.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  // Groups that `::` leaves out are zero. Only the first four matter.
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
const zeros = (count) => new Array(Math.max(0, count)).fill('0')
//# sourceMappingURL=buckets.js.map
