import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Keeper } from './keeper.js'
import type { Label } from './label.js'

/** What everything held carries. */
export interface Held {
  /** LABEL: the generations that were read together with the thing, never those known on arrival. */
  readonly labels: readonly Label[]
  /** Monotonic milliseconds, taken before it was asked for (READTIME, SENT). */
  readonly askedAt: number
  /** Monotonic milliseconds: an absolute time, not a span from arrival (TTL). */
  readonly notAfter: number
  /** The keeper's epoch when it was asked for. */
  readonly epoch: number
}

/** The start of a fill: noted before the question leaves. */
export function beginFill(keeper: Keeper, clock: Clock): Pick<Held, 'askedAt' | 'epoch'> {
  return { askedAt: clock.monotonicMs(), epoch: keeper.epoch() }
}

/** FENCE: what arrives below a floor, from an older epoch or after its own end is discarded. */
export function mayBeHeld(held: Held, keeper: Keeper, clock: Clock): boolean {
  return held.epoch === keeper.epoch() && clock.monotonicMs() < held.notAfter && keeper.accepts(held.labels)
}

/**
 * HANDOVER: checked for each waiting request after the flight has landed, because a request may be younger than its
 * flight.
 */
export function mayBeHandedOver(held: Held, keeper: Keeper, clock: Clock): boolean {
  return keeper.isCurrent() && mayBeHeld(held, keeper, clock)
}

/** From half of its life on, a thing in use is asked for again, so that a short absence of its source is not felt. */
export function isHalfSpent({ askedAt, notAfter }: Held, clock: Clock): boolean {
  return clock.monotonicMs() - askedAt > (notAfter - askedAt) / 2
}
