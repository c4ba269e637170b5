import { LRUCache } from 'lru-cache'
import { mayBeHeld } from './held.js'
import { labelKey } from './label.js'
/** Made known to the keeper at once: a cache that the feed does not reach must not exist. */
export function createHeldCache(keeper, clock, { entriesMax, weight, discard = () => {} }) {
  const keysByLabel = new Map()
  const entries = new LRUCache({
    max: entriesMax,
    ...(weight ? { maxSize: weight.max, sizeCalculation: (value) => Math.max(1, weight.weigh(value)) } : {}),
    dispose(value, key) {
      forget(key, value)
      discard(value)
    },
  })
  function index(key, { labels }) {
    for (const label of labels) {
      const name = labelKey(label)
      const keys = keysByLabel.get(name) ?? new Set()
      keysByLabel.set(name, keys.add(key))
    }
  }
  function forget(key, { labels }) {
    for (const label of labels) {
      const name = labelKey(label)
      const keys = keysByLabel.get(name)
      keys?.delete(key)
      if (keys?.size === 0) keysByLabel.delete(name)
    }
  }
  /** EVICT, by the index: a row costs as much as things rest on it, however many are held. */
  function drop(row) {
    const name = labelKey(row)
    for (const key of [...(keysByLabel.get(name) ?? [])]) {
      const labels = entries.peek(key)?.labels ?? []
      if (labels.some((label) => labelKey(label) === name && label.generation < row.generation)) entries.delete(key)
    }
  }
  function mayTakeItsPlace(key, value) {
    // A slow answer does not take the place of one that was asked for later.
    return mayBeHeld(value, keeper, clock) && (entries.peek(key)?.askedAt ?? value.askedAt) <= value.askedAt
  }
  const cache = {
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
  }
  keeper.hold(cache)
  return cache
}
//# sourceMappingURL=held-cache.js.map
