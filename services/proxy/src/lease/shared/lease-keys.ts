import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Held } from '../../freshness/held.js'
import { createHeldCache } from '../../freshness/held-cache.js'
import type { Keeper } from '../../freshness/keeper.js'
import { keyOf } from '../../freshness/key-of.js'
import type { Label } from '../../freshness/label.js'
import type { Route } from '../../routes/route.js'
import type { LeaseKey, LeaseKeyId } from '../vault-leases.js'

const LIMITS = {
  /** Two for each organization: of this hour, and of the one before, under which leases are still running. */
  keysMax: 20_000,
} as const

/** Lease keys, held in this process's memory and nowhere else. */
export interface LeaseKeys {
  /** Takes ownership of the key. Wipes it when it is dropped, and at once where it may not be held. */
  keep(route: Pick<Route, 'organizationId' | 'labels'>, key: LeaseKey, begun: Pick<Held, 'askedAt' | 'epoch'>): void
  /** To be used in the same turn, because afterwards it may have been wiped. */
  find(organizationId: string, id: LeaseKeyId): SecretBytes | undefined
  /** False for an organization to which this proxy is cold. */
  holdsAny(organizationId: string): boolean
  /** Wipes keys past their end. */
  sweep(): void
  wipeAll(): void
}

interface HeldKey extends Held {
  readonly key: LeaseKey
}

export function createLeaseKeys(keeper: Keeper, clock: Clock, keysMax: number = LIMITS.keysMax): LeaseKeys {
  const cache = createHeldCache<HeldKey>(keeper, clock, {
    entriesMax: keysMax,
    discard: ({ key }) => key.bytes.wipe(),
  })

  return {
    keep({ organizationId, labels }, key, begun) {
      // EVICT: the key rests on the organization and its lease keys as the route has read them. A row that fells
      // either, such as a shredding's or a leak's, drops the key. Without such labels nothing would drop it.
      const restsOn = labels.filter(({ kind, id }) => FELLED_WITH.has(kind) && id === organizationId)
      if (restsOn.length < FELLED_WITH.size) return key.bytes.wipe()
      // By the time a newer version of the data key seals, an older one may have leaked. So no lease key of an older
      // version is held beside a newer version's, and nothing shared under it can be opened, even where a slow answer
      // brings it.
      const held = SLOTS.map((slot) => slotOf(organizationId, slot))
      const isOutdated = held.some((slot) => isOlder(key.id, cache.get(slot)?.key.id))
      if (isOutdated) return key.bytes.wipe()
      for (const slot of held) if (isOlder(cache.get(slot)?.key.id, key.id)) cache.delete(slot)
      // A lease sealed at the end of the key's hour lives as long as any lease may.
      const notAfter = key.sealsUntil + GRANT_LIFE_MS_MAX
      cache.set(slotOf(organizationId, key.id.hour), { ...begun, labels: restsOn, notAfter, key })
    },
    find(organizationId, id) {
      const key = cache.get(slotOf(organizationId, id.hour))?.key
      return key && isSame(key.id, id) ? key.bytes : undefined
    },
    holdsAny: (organizationId) => SLOTS.some((slot) => cache.get(slotOf(organizationId, slot)) !== undefined),
    sweep: () => cache.sweep(),
    wipeAll: () => cache.dropAll(),
  }
}

const FELLED_WITH: ReadonlySet<Label['kind']> = new Set(['FEED_KIND_ORGANIZATION', 'FEED_KIND_LEASE_KEYS'])

const SLOTS = [0, 1] as const

/** Even and odd hours: a key replaces the one of two hours before, or of the same hour after a rotation. */
function slotOf(organizationId: string, hour: number): string {
  return keyOf(organizationId, String(hour % 2))
}

/** Of the same data key, an earlier version. */
function isOlder(one: LeaseKeyId | undefined, other: LeaseKeyId | undefined): boolean {
  return one?.dataKeyId === other?.dataKeyId && (one?.dataKeyVersion ?? 0) < (other?.dataKeyVersion ?? 0)
}

function isSame(one: LeaseKeyId, other: LeaseKeyId): boolean {
  return one.dataKeyId === other.dataKeyId && one.dataKeyVersion === other.dataKeyVersion && one.hour === other.hour
}
