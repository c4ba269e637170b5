import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Held } from '../freshness/held.js'
import { createHeldCache } from '../freshness/held-cache.js'
import { createHeldSource } from '../freshness/held-source.js'
import type { Keeper } from '../freshness/keeper.js'
import { keyOf } from '../freshness/key-of.js'
import type { AppCredential } from '../identify/credential.js'
import type { SessionVerifier, VerifiedSession } from '../sessions/verify-session.js'
import type { Route, RouteSource } from './route.js'
import { routeFromWire } from './route-from-wire.js'

const LIMITS = {
  /** Some 4 KiB each; apps times their services, as far as one proxy sees them. */
  routesMax: 20_000,
  /** Questions under way. The three kinds have a lane each: anyone can make up app tokens, and shall not stop the others. */
  asking: { totalMax: 1_024, perOwnerMax: 128 },
} as const

/** Directory.ResolveRoute. @throws Fault: management's own, or UNAVAILABLE. */
export type ResolveRoute = (credential: string, service: string) => Promise<ResolveRouteResponse__Output>

/** A DNS label: nothing else is a slug, and nothing else is asked for. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

interface Question {
  readonly key: string
  readonly token: string
  readonly service: string
  readonly lane: 'session' | 'app-token'
  /** Whose share of the lane is used. */
  readonly owner: string
}

interface HeldRoute extends Held {
  readonly route: Route
}

/** The service that a session asked for last, and what came of it: the next request is to the same as a rule. */
interface LastUse {
  readonly service: string
  readonly key: string
  readonly shared: Route
  readonly own: Route
}

interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly resolveRoute: ResolveRoute
  readonly sessions: SessionVerifier
  readonly routesMax?: number
}

/** Routes, and a way to say that the vault refused one's grant. */
export interface HeldRoutes extends RouteSource {
  /** Its grant is of no use, such as after a rotation of this proxy's certificate: the next request asks anew. */
  forget(route: Route): void
  /** How many are held. */
  size(): number
}

export function createRouteSource({
  keeper,
  clock,
  log,
  resolveRoute,
  sessions,
  routesMax = LIMITS.routesMax,
}: Deps): HeldRoutes {
  const cache = createHeldCache<HeldRoute>(keeper, clock, { entriesMax: routesMax })
  const lanes = {
    session: createLane(LIMITS.asking),
    'app-token': createLane(LIMITS.asking),
    renewal: createLane(LIMITS.asking),
  }
  /** By the verified session: it goes when that does. */
  const lastUses = new WeakMap<VerifiedSession, LastUse>()
  /** Under which key a route is held, by a part of it that all its copies share. */
  const keys = new WeakMap<Route['secrets'], string>()
  const source = createHeldSource<HeldRoute, Question>({ keeper, clock, log, cache, fill })

  async function fill(
    question: Question,
    begun: Pick<Held, 'askedAt' | 'epoch'>,
    why: 'wanted' | 'renewal',
  ): Promise<HeldRoute> {
    const leave = lanes[why === 'renewal' ? 'renewal' : question.lane].enter(question.owner)
    if (!leave) throw new Fault('UNAVAILABLE', 'too many unknown routes are being asked for')
    try {
      const wire = await resolveRoute(question.token, question.service)
      // READTIME: the life counts from before the question.
      const notAfter = begun.askedAt + Math.min(wire.lifeMs, GRANT_LIFE_MS_MAX)
      const route: Route = { ...routeFromWire(wire), notAfter }
      keys.set(route.secrets, question.key)
      return { ...begun, labels: route.labels, notAfter, route }
    } finally {
      leave()
    }
  }

  function checkMayAsk(service: string): void {
    if (!keeper.isCurrent()) throw new Fault('UNAVAILABLE', 'the horizon has passed')
    if (!SLUG.test(service)) throw new Fault('ENDPOINT_NOT_FOUND', 'not a slug')
  }

  async function byAppToken({ token, hash }: AppCredential, service: string): Promise<Route> {
    checkMayAsk(service)
    if (!isToken('app', token)) throw new Fault('INVALID_TOKEN', 'an app token of the wrong shape or checksum')
    const key = keyOf('app-token', hash, service)
    const question = { key, token, service, lane: 'app-token', owner: hash } as const
    return (source.held(key, question) ?? (await source.get(key, question))).route
  }

  async function bySession({ token, hash }: AppCredential, service: string): Promise<Route> {
    checkMayAsk(service)
    const session = sessions.held(hash) ?? (await sessions.verify(token, hash))
    const { organizationId, appId } = session
    const last = lastUses.get(session)
    const key = last?.service === service ? last.key : keyOf('session', organizationId, appId, service)
    const question = { key, token, service, lane: 'session', owner: organizationId } as const
    const { route } = source.held(key, question) ?? (await source.get(key, question))
    if (keeper.accepts(session.labels)) {
      if (last?.shared === route) return last.own
      const own = ofSession(route, session)
      lastUses.set(session, { service, key, shared: route, own })
      return own
    }
    // It may have been revoked while the route was waited for. Or its key was replaced as planned, and only the label by
    // which that is held has fallen: then it verifies as before.
    return ofSession(route, await sessions.verify(token, hash))
  }

  return {
    resolve: (credential, service) =>
      credential.kind === 'session' ? bySession(credential, service) : byAppToken(credential, service),
    size: () => cache.size,
    forget(route) {
      const key = keys.get(route.secrets)
      if (key !== undefined && cache.get(key)?.route.secrets === route.secrets) cache.delete(key)
    },
  }
}

/** The shared route, for this session alone. */
function ofSession(route: Route, session: VerifiedSession): Route {
  // The key holds both; that they are the answer's is checked once more, for a route of others is a key of others.
  if (route.organizationId !== session.organizationId || route.appId !== session.appId) {
    throw new Fault('INTERNAL', 'the directory answered with another app’s route')
  }
  if (session.testOf !== null && session.testOf !== route.serviceId)
    throw new Fault('INVALID_TOKEN', 'a test call’s session for another service')
  const isTest = session.testOf !== null
  return {
    ...route,
    // A person reads the answer: it is searched, whatever the service says.
    target: isTest ? { ...route.target, scrub: true } : route.target,
    isTest,
    deviceId: session.deviceId,
    sessionId: session.sessionId,
    labels: [...route.labels, ...session.labels],
  }
}
