import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Held } from './held.js'
import type { Holder, Keeper } from './keeper.js'
/** Bounded memory that the feed empties. */
export interface HeldCache<Value extends Held> extends Holder {
  /** Undefined where there is none, or its life has ended. */
  get(key: string): Value | undefined
  /** FENCE stands before it: what may not be held is not. */
  set(key: string, value: Value): void
  delete(key: string): void
  /** Forgets what is past its end, used or not. */
  sweep(): void
  readonly size: number
}
export interface Bounds<Value> {
  readonly entriesMax: number
  /** Bound of the sum of what `weigh` answers. */
  readonly weight?: {
    readonly max: number
    weigh(value: Value): number
  }
  /** Called for each value that is no longer held, or was not taken. */
  readonly discard?: (value: Value) => void
}
/** Made known to the keeper at once: a cache that the feed does not reach must not exist. */
export declare function createHeldCache<Value extends Held>(
  keeper: Keeper,
  clock: Clock,
  { entriesMax, weight, discard }: Bounds<Value>,
): HeldCache<Value>
