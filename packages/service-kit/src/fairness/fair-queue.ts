/** Waiting items in one queue per owner. Owners take turns; within a queue the first in is the first out. */
export interface FairQueue<Item> {
  readonly size: number
  of(owner: string): number
  add(owner: string, item: Item): void
  /** Takes at most `max` items, one of each owner in turn. If that is everything, the items come owner by owner. */
  take(max: number): readonly Item[]
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** Ordered by whose turn is next. */
  const queues = new Map<string, Item[]>()
  let size = 0
  const nobody: readonly Item[] = []

  function takeAll(): readonly Item[] {
    const all = nobody.concat(...queues.values())
    queues.clear()
    size = 0
    return all
  }

  function takeInTurn(max: number): readonly Item[] {
    const taken: Item[] = []
    for (const [owner, queue] of queues) {
      // Moved to the end, so that the iteration reaches the owner again.
      queues.delete(owner)
      const item = queue.shift()
      if (item === undefined) continue
      if (queue.length > 0) queues.set(owner, queue)
      taken.push(item)
      if (taken.length === max) break
    }
    size -= taken.length
    return taken
  }

  return {
    get size() {
      return size
    },
    of: (owner) => queues.get(owner)?.length ?? 0,
    add(owner, item) {
      const queue = queues.get(owner)
      if (queue) queue.push(item)
      else queues.set(owner, [item])
      size += 1
    },
    take: (max) => (size <= max ? takeAll() : takeInTurn(max)),
  }
}
