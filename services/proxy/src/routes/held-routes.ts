import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import { ownCopy } from '@protectmyapi/service-kit/own-copy'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { SLUG } from '@protectmyapi/service-kit/slug'
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
  /** Some 4 KiB each; the number of apps times their services, as far as one proxy sees them. */
  routesMax: 20_000,
  /**
   * Questions under way. The three kinds have a lane each, because anyone can invent app tokens, and must not block the
   * others.
   */
  asking: { totalMax: 1_024, perOwnerMax: 128 },
} as const

/** Directory.ResolveRoute. @throws Fault: management's own, or UNAVAILABLE. */
export type ResolveRoute = (credential: string, service: string) => Promise<ResolveRouteResponse__Output>

interface Question {
  readonly key: string
  readonly token: string
  /** Not a part of the request's target: the key is kept, and would keep the target in memory. */
  readonly service: string
  readonly lane: 'session' | 'app-token'
  /** Whose share of the lane is used. */
  readonly owner: string
}

interface HeldRoute extends Held {
  readonly route: Route
}

/** The service that a session last asked for, and the result: the next request usually goes to the same service. */
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

/** Routes, and a way to report that the vault refused the grant of one. */
export interface HeldRoutes extends RouteSource {
  /**
   * Drops a route whose grant is no longer accepted, such as after a rotation of this proxy's certificate. The next
   * request asks for it again.
   */
  forget(route: Route): void
  /** How many routes are held. */
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
  /** Keyed by the verified session, and dropped with it. */
  const lastUses = new WeakMap<VerifiedSession, LastUse>()
  /** The key under which a route is held, by a part of the route that all its copies share. */
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
    // Management is asked for nothing else.
    if (!SLUG.test(service)) throw new Fault('ENDPOINT_NOT_FOUND', 'not a slug')
  }

  function byAppToken({ token, hash }: AppCredential, service: string): Question {
    if (!isToken('app', token)) throw new Fault('INVALID_TOKEN', 'an app token of the wrong shape or checksum')
    const slug = ownCopy(service)
    return { key: keyOf('app-token', hash, slug), token, service: slug, lane: 'app-token', owner: hash }
  }

  function bySession(session: VerifiedSession, token: string, service: string): Question {
    const { organizationId, appId } = session
    const last = lastUses.get(session)
    const known = last?.service === service ? last : undefined
    const slug = known?.service ?? ownCopy(service)
    const key = known?.key ?? keyOf('session', organizationId, appId, slug)
    return { key, token, service: slug, lane: 'session', owner: organizationId }
  }

  function held(credential: AppCredential, service: string): Route | undefined {
    checkMayAsk(service)
    const { kind, token, hash } = credential
    if (kind === 'app-token') {
      const question = byAppToken(credential, service)
      return source.held(question.key, question)?.route
    }
    const session = sessions.held(hash)
    if (session === undefined) return undefined
    const question = bySession(session, token, service)
    const known = source.held(question.key, question)
    return known && ownOf(session, question, known.route)
  }

  async function resolve(credential: AppCredential, service: string): Promise<Route> {
    checkMayAsk(service)
    const { kind, token, hash } = credential
    if (kind === 'app-token') {
      const question = byAppToken(credential, service)
      return (await source.get(question.key, question)).route
    }
    const session = await sessions.verify(token, hash)
    const question = bySession(session, token, service)
    const { route } = await source.get(question.key, question)
    if (keeper.accepts(session.labels)) return ownOf(session, question, route)
    // The session may have been revoked while the route was waited for. Or its signing key was replaced as planned, so
    // that only the label under which it is held has fallen: then it verifies again.
    return ofSession(route, await sessions.verify(token, hash))
  }

  /** The session's own copy of a route, made once for all its requests. */
  function ownOf(session: VerifiedSession, { service, key }: Question, route: Route): Route {
    const last = lastUses.get(session)
    if (last?.shared === route) return last.own
    const own = ofSession(route, session)
    lastUses.set(session, { service, key, shared: route, own })
    return own
  }

  return {
    held,
    resolve,
    size: () => cache.size,
    forget(route) {
      const key = keys.get(route.secrets)
      if (key !== undefined && cache.get(key)?.route.secrets === route.secrets) cache.delete(key)
    },
  }
}

/** The shared route, for this session alone. */
function ofSession(route: Route, session: VerifiedSession): Route {
  // The cache key holds both. The answer is checked once more, because another tenant's route would bring another
  // tenant's key.
  if (route.organizationId !== session.organizationId || route.appId !== session.appId) {
    throw new Fault('INTERNAL', 'the directory answered with another app’s route')
  }
  if (session.testOf !== null && session.testOf !== route.serviceId)
    throw new Fault('INVALID_TOKEN', 'a test call’s session for another service')
  const isTest = session.testOf !== null
  return {
    ...route,
    // A person reads the answer, so it is searched whatever the service's setting.
    target: isTest ? { ...route.target, scrub: true } : route.target,
    isTest,
    deviceId: session.deviceId,
    sessionId: session.sessionId,
    labels: [...route.labels, ...session.labels],
  }
}
