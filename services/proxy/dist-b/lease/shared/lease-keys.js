import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/grant'
import { createHeldCache } from '../../freshness/held-cache.js'
import { keyOf } from '../../freshness/key-of.js'

const LIMITS = {
  /** Two for an organisation: of this hour, and of the one before, under which leases are still running. */
  keysMax: 20_000,
}
export function createLeaseKeys(keeper, clock) {
  const cache = createHeldCache(keeper, clock, {
    entriesMax: LIMITS.keysMax,
    discard: ({ key }) => key.bytes.wipe(),
  })
  return {
    keep({ organizationId, labels }, key, begun) {
      // EVICT: it rests on the organisation as the route has read it; a row that fells that, such as a shredding's,
      // drops the key. Without such a label nothing would.
      const label = labels.find(({ kind, id }) => kind === 'FEED_KIND_ORGANIZATION' && id === organizationId)
      if (!label) return key.bytes.wipe()
      // What was sealed at the end of its hour lives as long as a lease may.
      const notAfter = key.sealsUntil + GRANT_LIFE_MS_MAX
      cache.set(slotOf(organizationId, key.id.hour), { ...begun, labels: [label], notAfter, key })
    },
    find(organizationId, id) {
      const key = cache.get(slotOf(organizationId, id.hour))?.key
      return key && isSame(key.id, id) ? key.bytes : undefined
    },
    holdsAny: (organizationId) => [0, 1].some((hour) => cache.get(slotOf(organizationId, hour)) !== undefined),
    sweep: () => cache.sweep(),
    wipeAll: () => cache.dropAll(),
  }
}
/** Even and odd hours: a key takes the place of the one of two hours before, or of the same hour after a rotation. */
function slotOf(organizationId, hour) {
  return keyOf(organizationId, String(hour % 2))
}
function isSame(one, other) {
  return one.dataKeyId === other.dataKeyId && one.dataKeyVersion === other.dataKeyVersion && one.hour === other.hour
}
//# sourceMappingURL=lease-keys.js.map
