import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { keyOf } from '../freshness/key-of.js'
import type { Quota, Route } from '../routes/route.js'
import type { CountedRequest } from './quotas.js'

/** By which counter a request is counted in one of its quotas. */
export interface QuotaCounter extends Quota {
  readonly organizationId: string
  /** As the directory knows it. Empty for the organization. */
  readonly subject: string
  /** Includes the quota's number, so that a changed quota begins with nothing in memory. */
  readonly key: string
}

/**
 * The counters last worked out for a route. `address` is the one that asked last, where an address stands in for the
 * device.
 */
const ofRoutes = new WeakMap<Route, { readonly address: string | null; readonly counters: readonly QuotaCounter[] }>()

/**
 * The counters of one request, in the order in which all requests take from them, so that requests which hold one and
 * wait for the next never wait in a circle.
 */
export function countersOf({ route, sourceAddress }: CountedRequest): readonly QuotaCounter[] {
  if (route.quotas.length === 0) return NONE
  const address = route.deviceId === null ? addressBlock(sourceAddress) : null
  const known = ofRoutes.get(route)
  if (known?.address === address) return known.counters
  const named = route.quotas.map((quota) => counterOf(route, quota, address ?? ''))
  const counters = named.sort(byPeriodThenKey)
  ofRoutes.set(route, { address, counters })
  return counters
}

const NONE: readonly QuotaCounter[] = []

function counterOf(route: Route, { scope, period, count }: Quota, address: string): QuotaCounter {
  const { organizationId, appId, deviceId } = route
  // No id holds a space, so an address never passes for a device, nor one app's address for another app's.
  const subject = { organization: '', app: appId, device: deviceId ?? `${appId} ${address}` }[scope]
  const key = keyOf(organizationId, scope, subject, period, String(count))
  return { organizationId, scope, subject, period, count, key }
}

/**
 * Months before days: of two used-up quotas the first is named in the refusal, and a month never ends before the day in
 * it.
 */
function byPeriodThenKey(a: QuotaCounter, b: QuotaCounter): number {
  if (a.period !== b.period) return a.period === 'month' ? -1 : 1
  return a.key < b.key ? -1 : 1
}
