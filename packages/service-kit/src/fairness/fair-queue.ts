/** Who waits, in queues of their owners' own: owners take turns, and within one the first is first. */
export interface FairQueue<Item> {
  readonly size: number
  of(owner: string): number
  add(owner: string, item: Item): void
  /** So many at most, one of each owner in turn; owner by owner where that is all of them. */
  take(max: number): readonly Item[]
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** In the order of their turns. */
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
      // To the end of the line: the walk comes to it again.
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
