import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault, type FaultCode } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { beginFill, type Held, isHalfSpent, mayBeHandedOver } from './held.js'
import type { HeldCache } from './held-cache.js'
import type { Keeper } from './keeper.js'
import { createPace } from './pace.js'

/** Flights that one request waits for. A row or two may overtake them; a storm of rows is an outage. */
const FLIGHTS_MAX = 3

/** Refusals that concern the requester, not the thing: a request that joined another's flight then asks for itself. */
const PERSONAL: ReadonlySet<FaultCode> = new Set([
  'UNAUTHORIZED',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'ATTESTATION_REQUIRED',
])

/** Asks the authority. `begun` was noted before the question left, and becomes part of the answer. */
type Fill<Value extends Held, Question> = (
  question: Question,
  begun: Pick<Held, 'askedAt' | 'epoch'>,
  why: 'wanted' | 'renewal',
) => Promise<Value>

interface Deps<Value extends Held, Question> {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly cache: HeldCache<Value>
  readonly fill: Fill<Value, Question>
}

export interface HeldSource<Value, Question> {
  /**
   * What is held, without waiting. From half of its life on it is renewed in the background. @throws Fault UNAVAILABLE
   * past the horizon.
   */
  held(key: string, question: Question): Value | undefined
  /** @throws Fault UNAVAILABLE past the horizon; what `fill` throws. */
  get(key: string, question: Question): Promise<Value>
  /**
   * Asks the authority even if a value is held, which stays until a newer one has landed. @throws what `fill` throws.
   */
  refresh(key: string, question: Question): Promise<Value>
}

/** Looks in memory, then shares one flight to the authority. Each waiting request judges for itself what has landed. */
export function createHeldSource<Value extends Held, Question>({
  keeper,
  clock,
  log,
  cache,
  fill,
}: Deps<Value, Question>): HeldSource<Value, Question> {
  const flights = new Map<string, Promise<Value>>()
  const mayRenew = createPace(clock)

  function held(key: string, question: Question): Value | undefined {
    if (!keeper.isCurrent()) throw new Fault('UNAVAILABLE', 'the horizon has passed')
    const known = cache.get(key)
    if (known && isHalfSpent(known, clock)) renew(key, question)
    return known
  }

  async function get(key: string, question: Question): Promise<Value> {
    for (let flight = 1; flight <= FLIGHTS_MAX; flight += 1) {
      const known = held(key, question)
      if (known) return known
      const landed = await join(key, question, flight === FLIGHTS_MAX)
      if (landed && mayBeHandedOver(landed, keeper, clock)) return landed
    }
    throw new Fault('UNAVAILABLE', 'the feed overtook every answer')
  }

  /** Undefined where another request's flight was refused for reasons of that request. */
  async function join(key: string, question: Question, alone: boolean): Promise<Value | undefined> {
    const others = alone ? undefined : flights.get(key)
    if (!others) return fly(key, question, 'wanted')
    return others.catch((err: unknown) => {
      if (err instanceof Fault && PERSONAL.has(err.code)) return undefined
      throw err
    })
  }

  function fly(key: string, question: Question, why: 'wanted' | 'renewal'): Promise<Value> {
    const flight: Promise<Value> = fill(question, beginFill(keeper, clock), why)
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

  /** In the background of a request that is served from memory, with that request's credential. */
  function renew(key: string, question: Question): void {
    if (flights.has(key) || !mayRenew(key)) return
    fly(key, question, 'renewal').catch((err: unknown) =>
      log.debug({ err }, 'not renewed; what is held stays in use until it expires'),
    )
  }

  return { held, get, refresh: (key, question) => fly(key, question, 'renewal') }
}
