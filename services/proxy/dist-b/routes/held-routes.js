import { Fault } from '@protectmyapi/service-kit/faults'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/grant'
import { isToken } from '@protectmyapi/service-kit/tokens'
import { createHeldCache } from '../freshness/held-cache.js'
import { createHeldSource } from '../freshness/held-source.js'
import { keyOf } from '../freshness/key-of.js'
import { createLane } from './lanes.js'
import { routeFromWire } from './route-from-wire.js'

const LIMITS = {
  /** Some 4 KiB each; apps times their services, as far as one proxy sees them. */
  routesMax: 20_000,
  /** Questions under way. The three kinds have a lane each: anyone can make up app tokens, and shall not stop the others. */
  asking: { totalMax: 1_024, perOwnerMax: 128 },
}
/** A DNS label: nothing else is a slug, and nothing else is asked for. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
export function createRouteSource({ keeper, clock, log, resolveRoute, sessions }) {
  const cache = createHeldCache(keeper, clock, { entriesMax: LIMITS.routesMax })
  const lanes = {
    session: createLane(LIMITS.asking),
    'app-token': createLane(LIMITS.asking),
    renewal: createLane(LIMITS.asking),
  }
  /** By the verified session: it goes when that does. */
  const lastUses = new WeakMap()
  /** Under which key a route is held, by a part of it that all its copies share. */
  const keys = new WeakMap()
  const source = createHeldSource({ keeper, clock, log, cache, fill })
  async function fill(question, begun, why) {
    const leave = lanes[why === 'renewal' ? 'renewal' : question.lane].enter(question.owner)
    if (!leave) throw new Fault('UNAVAILABLE', 'too many unknown routes are being asked for')
    try {
      const wire = await resolveRoute(question.token, question.service)
      // READTIME: the life counts from before the question.
      const notAfter = begun.askedAt + Math.min(wire.lifeMs, GRANT_LIFE_MS_MAX)
      const route = { ...routeFromWire(wire), notAfter }
      keys.set(route.secrets, question.key)
      return { ...begun, labels: route.labels, notAfter, route }
    } finally {
      leave()
    }
  }
  function checkMayAsk(service) {
    if (!keeper.isCurrent()) throw new Fault('UNAVAILABLE', 'the horizon has passed')
    if (!SLUG.test(service)) throw new Fault('ENDPOINT_NOT_FOUND', 'not a slug')
  }
  async function byAppToken({ token, hash }, service) {
    checkMayAsk(service)
    if (!isToken('app', token)) throw new Fault('INVALID_TOKEN', 'an app token of the wrong shape or checksum')
    const key = keyOf('app-token', hash, service)
    const question = { key, token, service, lane: 'app-token', owner: hash }
    return (source.held(key, question) ?? (await source.get(key, question))).route
  }
  async function bySession({ token, hash }, service) {
    checkMayAsk(service)
    const session = sessions.held(hash) ?? (await sessions.verify(token, hash))
    const { organizationId, appId } = session
    const last = lastUses.get(session)
    const key = last?.service === service ? last.key : keyOf('session', organizationId, appId, service)
    const question = { key, token, service, lane: 'session', owner: organizationId }
    const { route } = source.held(key, question) ?? (await source.get(key, question))
    // The session may have fallen while the route was waited for.
    if (!keeper.accepts(session.labels)) throw new Fault('INVALID_TOKEN', 'the session was revoked')
    if (last?.shared === route) return last.own
    const own = ofSession(route, session)
    lastUses.set(session, { service, key, shared: route, own })
    return own
  }
  return {
    resolve: (credential, service) =>
      credential.kind === 'session' ? bySession(credential, service) : byAppToken(credential, service),
    forget(route) {
      const key = keys.get(route.secrets)
      if (key !== undefined && cache.get(key)?.route.secrets === route.secrets) cache.delete(key)
    },
  }
}
/** The shared route, for this session alone. */
function ofSession(route, session) {
  // The key holds both; that they are the answer's is checked once more, for a route of others is a key of others.
  if (route.organizationId !== session.organizationId || route.appId !== session.appId) {
    throw new Fault('INTERNAL', 'the directory answered with another app’s route')
  }
  return {
    ...route,
    deviceId: session.deviceId,
    sessionId: session.sessionId,
    labels: [...route.labels, ...session.labels],
  }
}
//# sourceMappingURL=held-routes.js.map
