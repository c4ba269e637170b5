import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Keeper } from './keeper.js'
import type { Label } from './label.js'
/** What every held thing carries. */
export interface Held {
  /** LABEL: generations as they were read together with the thing, never those known on arrival. */
  readonly labels: readonly Label[]
  /** Monotonic milliseconds from before it was asked for (READTIME, SENT). */
  readonly askedAt: number
  /** Monotonic milliseconds: absolute, not so long from arrival (TTL). */
  readonly notAfter: number
  /** The keeper's epoch when it was asked for. */
  readonly epoch: number
}
/** Where a fill begins: noted before the question leaves. */
export declare function beginFill(keeper: Keeper, clock: Clock): Pick<Held, 'askedAt' | 'epoch'>
/** FENCE: what arrives below a floor, from an older epoch or after its own end is discarded. */
export declare function mayBeHeld(held: Held, keeper: Keeper, clock: Clock): boolean
/** HANDOVER: asked for each who waits, after the flight has landed, for a request may be younger than its flight. */
export declare function mayBeHandedOver(held: Held, keeper: Keeper, clock: Clock): boolean
/** From half of its life on, a thing that is in use is asked for anew, so that an absence of its source is not felt. */
export declare function isHalfSpent({ askedAt, notAfter }: Held, clock: Clock): boolean
