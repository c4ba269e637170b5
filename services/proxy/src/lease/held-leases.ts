import type { Clock } from '@protectmyapi/service-kit/clock'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { beginFill, isHalfSpent, mayBeHandedOver } from '../freshness/held.js'
import { createHeldCache } from '../freshness/held-cache.js'
import type { Keeper } from '../freshness/keeper.js'
import { keyOf } from '../freshness/key-of.js'
import { createPace } from '../freshness/pace.js'
import type { GrantedSecret, Route } from '../routes/route.js'
import { type HeldLease, landLease } from './land-lease.js'
import { GrantRefused, type HeldSecret, type LeaseSource, RouteFallen } from './lease-source.js'
import type { LeaseAnswer, LeaseQuestion, LeaseUpstream } from './lease-upstream.js'

const LIMITS = {
  leasesMax: 20_000,
  /** Of values in memory; one may have 64 KiB. */
  bytesMax: 64 * 1024 * 1024,
  /** Memory that a lease takes besides its value. */
  overheadBytes: 1_024,
  /** Calls to the vault under way; each organization has a share. */
  asking: { totalMax: 512, perOwnerMax: 128 },
  /** Flights that one request waits for. A row or two may overtake them; a storm of rows is an outage. */
  flightsMax: 3,
} as const

interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly upstream: LeaseUpstream
  /** Called when the vault refused this route's grant. */
  readonly forgetRoute: (route: Route) => void
  readonly leasesMax?: number
}

/**
 * Looks in memory, then shares one flight per version to the vault. Each waiting request judges for itself what has
 * landed.
 */
export function createLeaseSource({
  keeper,
  clock,
  log,
  upstream,
  forgetRoute,
  leasesMax = LIMITS.leasesMax,
}: Deps): LeaseSource & { size(): number } {
  const cache = createHeldCache<HeldLease>(keeper, clock, {
    entriesMax: leasesMax,
    weight: { max: LIMITS.bytesMax, weigh: ({ bytes }) => bytes + LIMITS.overheadBytes },
  })
  const flights = new Map<string, Promise<HeldLease>>()
  const lane = createLane(LIMITS.asking)
  const mayRenew = createPace(clock)

  async function lease(route: Route): Promise<ReadonlyMap<string, HeldSecret>> {
    for (let flight = 1; flight <= LIMITS.flightsMax; flight += 1) {
      judge(route)
      const landed = await gather(route).catch((err: unknown) => {
        // The feed is checked first: a version that was replaced is destroyed soon after, and then not found.
        judge(route)
        throw refusal(route, err)
      })
      judge(route)
      const usable = landed.filter((held) => held !== undefined && mayBeHandedOver(held, keeper, clock))
      if (usable.length === landed.length) return handOver(route, usable)
    }
    throw new Fault('UNAVAILABLE', 'no lease landed that may be used')
  }

  /**
   * What was last handed over for a route. While each lease in it is still the held one, the same map is handed over
   * again.
   */
  const handedOver = new WeakMap<Route, { leases: readonly HeldLease[]; secrets: ReadonlyMap<string, HeldSecret> }>()

  function fromMemory(route: Route): ReadonlyMap<string, HeldSecret> | undefined {
    judge(route)
    const last = handedOver.get(route)
    const leases: HeldLease[] = []
    let isSame = last !== undefined
    for (const secret of route.secrets.values()) {
      const lease = held(route, secret)
      if (!lease || !mayBeHandedOver(lease, keeper, clock)) return undefined
      isSame &&= last?.leases[leases.length] === lease
      leases.push(lease)
    }
    if (leases.some((lease) => isHalfSpent(lease, clock))) renewBehind(route)
    if (isSame && last) return last.secrets
    const secrets = new Map(leases.map(({ secret }) => [secret.secretId, secret]))
    handedOver.set(route, { leases, secrets })
    return secrets
  }

  /** HANDOVER, for the route too: it is in the request's hands, where no row evicts it. */
  function judge(route: Route): void {
    if (!keeper.isCurrent()) throw new Fault('UNAVAILABLE', 'the horizon has passed')
    if (!keeper.accepts(route.labels)) throw new RouteFallen('the feed overtook the route')
  }

  /**
   * Undefined stands for another request's flight whose grant was refused, which says nothing about this route's grant.
   */
  function gather(route: Route): Promise<(HeldLease | undefined)[]> {
    const granted = [...route.secrets.values()]
    const missing = granted.filter(
      (secret) => held(route, secret) === undefined && !flights.has(versionKey(route, secret)),
    )
    if (missing.length > 0) fly(route, missing, 'wanted')
    return Promise.all(
      granted.map((secret) => {
        const flight = flights.get(versionKey(route, secret))
        const known = held(route, secret)
        if (known || !flight || missing.includes(secret)) return known ?? flight
        return flight.catch((err: unknown) => {
          if (isRefusedGrant(err)) return undefined
          throw err
        })
      }),
    )
  }

  function handOver(route: Route, leases: readonly (HeldLease | undefined)[]): ReadonlyMap<string, HeldSecret> {
    const secrets = new Map<string, HeldSecret>()
    for (const lease of leases) if (lease) secrets.set(lease.secret.secretId, lease.secret)
    renewBehind(route)
    return secrets
  }

  /** Renews from half-life on, with the current route's grant if that lasts longer (CAP). */
  function renewBehind(route: Route): void {
    const ageing = [...route.secrets.values()].filter((secret) => {
      const key = versionKey(route, secret)
      const known = held(route, secret)
      return known && isHalfSpent(known, clock) && route.notAfter > known.notAfter && !flights.has(key) && mayRenew(key)
    })
    if (ageing.length > 0) fly(route, ageing, 'renewal')
  }

  /** One call for all of them. Each flight ends separately, so a fault of one secret does not affect another. */
  function fly(route: Route, secrets: readonly GrantedSecret[], why: LeaseQuestion['why']): void {
    const begun = beginFill(keeper, clock)
    const answers = ask(route, secrets, why)
    for (const secret of secrets) {
      const key = versionKey(route, secret)
      const flight = answers
        .then((all) => {
          const landed = landLease(route, secret, begun, all)
          cache.set(key, landed)
          return landed
        })
        .finally(() => flights.delete(key))
      flights.set(key, flight)
      flight.catch((err: unknown) => log.debug({ err }, 'a lease did not land'))
    }
  }

  async function ask(
    { organizationId, grant, labels }: Route,
    secrets: readonly GrantedSecret[],
    why: LeaseQuestion['why'],
  ): Promise<readonly LeaseAnswer[]> {
    const leave = lane.enter(organizationId)
    if (!leave) throw new Fault('UNAVAILABLE', 'too many leases are being asked for')
    try {
      return await upstream.lease({ organizationId, grant, labels, secrets, why })
    } finally {
      leave()
    }
  }

  function held(route: Route, secret: GrantedSecret): HeldLease | undefined {
    const known = cache.get(versionKey(route, secret))
    return known?.secret.secretId === secret.secretId ? known : undefined
  }

  function refusal(route: Route, err: unknown): unknown {
    // The vault refuses this proxy as a caller, which no phone could remedy.
    if (err instanceof Fault && err.code === 'FORBIDDEN')
      return new Fault('INTERNAL', 'the vault refuses this proxy', { cause: err })
    if (!isRefusedGrant(err)) return err
    // A grant is bound to a certificate, so after a rotation the route has to be asked for again.
    forgetRoute(route)
    return new GrantRefused('the vault refused the grant')
  }

  return { held: fromMemory, lease, size: () => cache.size }
}

/**
 * The generation is part of the key: a lease is for the version and generation that this route's grant names (LABEL).
 */
function versionKey({ organizationId }: Route, secret: GrantedSecret): string {
  const known = versionKeys.get(secret)
  if (known?.organizationId === organizationId) return known.key
  const key = keyOf(organizationId, secret.versionId, String(secret.generation))
  versionKeys.set(secret, { organizationId, key })
  return key
}

/** Keys by granted secret: all requests of a route name the same secrets. */
const versionKeys = new WeakMap<GrantedSecret, { readonly organizationId: string; readonly key: string }>()

const isRefusedGrant = (err: unknown): boolean => err instanceof Fault && err.code === 'INVALID_GRANT'
