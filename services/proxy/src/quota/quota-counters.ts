import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { keyOf } from '../freshness/key-of.js'
import type { Quota, Route } from '../routes/route.js'
import type { CountedRequest } from './quotas.js'

/** What a request is counted by in one of its quotas. */
export interface QuotaCounter extends Quota {
  readonly organizationId: string
  /** As the directory knows it. Empty for the organization. */
  readonly subject: string
  /** With the quota's number: one that was changed begins with nothing in memory. */
  readonly key: string
}

/** Of a route; and of the address that asked last, where that stands for the device. */
const ofRoutes = new WeakMap<Route, { readonly address: string | null; readonly counters: readonly QuotaCounter[] }>()

/**
 * The counters of one request, in the order in which all requests take from them: those who hold one and wait for the
 * next never wait in a circle.
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
  // No id holds a space: an address never passes for a device, nor one app's for another's.
  const subject = { organization: '', app: appId, device: deviceId ?? `${appId} ${address}` }[scope]
  const key = keyOf(organizationId, scope, subject, period, String(count))
  return { organizationId, scope, subject, period, count, key }
}

/** Months before days: of two quotas that are used up the first is named, and its period is never over before the other's. */
function byPeriodThenKey(a: QuotaCounter, b: QuotaCounter): number {
  if (a.period !== b.period) return a.period === 'month' ? -1 : 1
  return a.key < b.key ? -1 : 1
}
