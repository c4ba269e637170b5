import type { Clock } from '@protectmyapi/service-kit/clock'
import { LRUCache } from 'lru-cache'
import type { Held } from './held.js'
import { mayBeHeld } from './held.js'
import type { Holder, Keeper } from './keeper.js'
import { type Label, labelKey } from './label.js'

/** A bounded cache that the feed empties. */
export interface HeldCache<Value extends Held> extends Holder {
  /** Undefined where nothing is held, or its life has ended. */
  get(key: string): Value | undefined
  /** Checks FENCE first: a value that may not be held is discarded. */
  set(key: string, value: Value): void
  delete(key: string): void
  /** Forgets values past their end, used or not. */
  sweep(): void
  readonly size: number
  /** Number of labels in the index: only those that a held value rests on. */
  readonly labels: number
}

export interface Bounds<Value> {
  readonly entriesMax: number
  /** Bounds the sum of what `weigh` returns. */
  readonly weight?: { readonly max: number; weigh(value: Value): number }
  /** Called for each value that is no longer held, or was not taken. */
  readonly discard?: (value: Value) => void
}

/** Registers with the keeper at once: a cache that the feed does not reach must not exist. */
export function createHeldCache<Value extends Held>(
  keeper: Keeper,
  clock: Clock,
  { entriesMax, weight, discard = () => {} }: Bounds<Value>,
): HeldCache<Value> {
  const keysByLabel = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Value>({
    max: entriesMax,
    ...(weight ? { maxSize: weight.max, sizeCalculation: (value: Value) => Math.max(1, weight.weigh(value)) } : {}),
    dispose(value, key) {
      forget(key, value)
      discard(value)
    },
  })

  function index(key: string, { labels }: Held): void {
    for (const label of labels) {
      const name = labelKey(label)
      const keys = keysByLabel.get(name) ?? new Set()
      keysByLabel.set(name, keys.add(key))
    }
  }

  function forget(key: string, { labels }: Held): void {
    for (const label of labels) {
      const name = labelKey(label)
      const keys = keysByLabel.get(name)
      keys?.delete(key)
      if (keys?.size === 0) keysByLabel.delete(name)
    }
  }

  /** EVICT, by the index: the cost of a row depends on how many values rest on its label, not on how many are held. */
  function drop(row: Label): void {
    const name = labelKey(row)
    keysByLabel.get(name)?.forEach((key) => {
      const labels = entries.peek(key)?.labels
      if (labels?.some((label) => labelKey(label) === name && label.generation < row.generation)) entries.delete(key)
    })
  }

  function mayTakeItsPlace(key: string, value: Value): boolean {
    // A slow answer does not replace one that was asked for later.
    return mayBeHeld(value, keeper, clock) && (entries.peek(key)?.askedAt ?? value.askedAt) <= value.askedAt
  }

  const cache: HeldCache<Value> = {
    get(key) {
      const value = entries.get(key)
      if (!value || clock.monotonicMs() < value.notAfter) return value
      entries.delete(key)
      return undefined
    },
    set(key, value) {
      if (!mayTakeItsPlace(key, value)) return discard(value)
      entries.set(key, value)
      if (entries.peek(key) === value) index(key, value)
      else discard(value)
    },
    delete: (key) => void entries.delete(key),
    sweep() {
      const now = clock.monotonicMs()
      for (const [key, { notAfter }] of [...entries.entries()]) if (notAfter <= now) entries.delete(key)
    },
    drop,
    dropAll: () => entries.clear(),
    get size() {
      return entries.size
    },
    get labels() {
      return keysByLabel.size
    },
  }
  keeper.hold(cache)
  return cache
}
