import { Fault } from '@protectmyapi/service-kit/faults'
import { beginFill, isHalfSpent, mayBeHandedOver } from './held.js'
import { createPace } from './pace.js'

/** Flights that one request waits for: a row or two may overtake them, a storm of rows is an outage. */
const FLIGHTS_MAX = 3
/** Refusals that speak of whoever asked, not of what was asked for: who joined a flight asks for himself then. */
const PERSONAL = new Set(['UNAUTHORIZED', 'INVALID_TOKEN', 'TOKEN_EXPIRED', 'ATTESTATION_REQUIRED'])
/** Memory, then one shared flight to the authority; each who waits judges what has landed for himself. */
export function createHeldSource({ keeper, clock, log, cache, fill }) {
  const flights = new Map()
  const mayRenew = createPace(clock)
  function held(key, question) {
    if (!keeper.isCurrent()) throw new Fault('UNAVAILABLE', 'the horizon has passed')
    const known = cache.get(key)
    if (known && isHalfSpent(known, clock)) renew(key, question)
    return known
  }
  async function get(key, question) {
    for (let flight = 1; flight <= FLIGHTS_MAX; flight += 1) {
      const known = held(key, question)
      if (known) return known
      const landed = await join(key, question, flight === FLIGHTS_MAX)
      if (landed && mayBeHandedOver(landed, keeper, clock)) return landed
    }
    throw new Fault('UNAVAILABLE', 'the feed overtook every answer')
  }
  /** Undefined where somebody else's flight was refused for reasons of his own. */
  async function join(key, question, alone) {
    const others = alone ? undefined : flights.get(key)
    if (!others) return fly(key, question, 'wanted')
    return others.catch((err) => {
      if (err instanceof Fault && PERSONAL.has(err.code)) return undefined
      throw err
    })
  }
  function fly(key, question, why) {
    const flight = fill(question, beginFill(keeper, clock), why)
      .then((value) => {
        cache.set(key, value)
        return value
      })
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key)
      })
    flights.set(key, flight)
    return flight
  }
  /** Behind the request that is served from memory, with that request's credential. */
  function renew(key, question) {
    if (flights.has(key) || !mayRenew(key)) return
    fly(key, question, 'renewal').catch((err) => log.debug({ err }, 'not renewed; what is held stays until its end'))
  }
  return { held, get, refresh: (key, question) => fly(key, question, 'renewal') }
}
//# sourceMappingURL=held-source.js.map
