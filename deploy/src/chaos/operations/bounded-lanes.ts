import type { KnownBounds, KnownLimit } from '../check/known-bounds.js'
import { fact } from '../history/facts.js'
import { anotherLane } from './delete-organization.js'
import { type FurnishOptions, furnish } from './furnish.js'
import type { Lane } from './lane.js'
import type { Operator } from './operator.js'

/** Lanes that no operation changes. Each has a bound that its share of the load exceeds. */
export interface BoundedLanes {
  readonly lanes: readonly Lane[]
  /** The lane that needs sessions, because its devices are limited. */
  readonly ofDevices: Lane
  readonly bounds: KnownBounds
}

/** Requests a second. The load on a lane is some fifteen times as much; a single device has a quarter of it or less. */
const BOUNDS = {
  service: { count: 6, burst: 3 },
  app: { count: 5, burst: 3 },
  device: { count: 2, burst: 2 },
  organization: { count: 6, burst: 3 },
  /** A monthly quota that is used up while failures are still being played. */
  quota: 300,
} as const

/** One lane has a limit on its service, one on its app and on each device of it, and one on its organization. */
export async function boundedLanes(
  operator: Operator,
  common: Omit<FurnishOptions, 'name' | 'limits'>,
): Promise<BoundedLanes> {
  const limited = await made(furnish({ ...common, name: 'limited', limits: [limit('service')] }))
  const appLimits = [limit('app'), limit('device')]
  const capped = await made(furnish({ ...common, name: 'capped', appLimits }))
  const metered = await made(
    anotherLane(common.operate, { ...common, name: 'metered', limits: [limit('organization')] }),
  )
  const quotas = [{ scope: 'organization', period: 'month', count: BOUNDS.quota }]
  const { status } = await operator.ask(common.management, 'PATCH', metered.org, { quotas })
  if (status !== 200) throw new Error(`a quota could not be set: ${status}`)
  return {
    lanes: [limited, capped, metered],
    ofDevices: capped,
    bounds: {
      limits: [
        known('service', limited.serviceId, 'service'),
        known('app', capped.appId, 'app'),
        { ...known('app', capped.appId, 'device'), isEachDevices: true },
        known('org', metered.orgId, 'organization'),
      ],
      quotas: [{ fact: fact('org', metered.orgId), count: BOUNDS.quota }],
    },
  }
}

/** @throws Error where a lane could not be made, because nothing is broken yet. */
export async function made(lane: Promise<Lane | undefined>): Promise<Lane> {
  const found = await lane
  if (found === undefined) throw new Error('a lane could not be furnished')
  return found
}

type Scope = 'service' | 'app' | 'device' | 'organization'

function limit(scope: Scope): unknown {
  return { scope, periodSeconds: 1, ...BOUNDS[scope] }
}

function known(kind: 'service' | 'app' | 'org', id: string, scope: Scope): KnownLimit {
  const { count: perSecond, burst } = BOUNDS[scope]
  return { fact: fact(kind, id), isEachDevices: false, perSecond, burst }
}
