/** Who waits, in queues of their owners' own: owners take turns, and within one the first is first. */
export interface FairQueue<Item> {
  readonly size: number
  of(owner: string): number
  add(owner: string, item: Item): void
  /** So many at most, one of each owner in turn. */
  take(max: number): readonly { readonly owner: string; readonly item: Item }[]
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** In the order of their turns. */
  const queues = new Map<string, Item[]>()
  let size = 0

  function takeOne(): { owner: string; item: Item } | undefined {
    for (const [owner, queue] of queues) {
      queues.delete(owner)
      const item = queue.shift()
      if (item === undefined) continue
      if (queue.length > 0) queues.set(owner, queue)
      size -= 1
      return { owner, item }
    }
    return undefined
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
    take(max) {
      const taken: { owner: string; item: Item }[] = []
      while (taken.length < max) {
        const one = takeOne()
        if (!one) break
        taken.push(one)
      }
      return taken
    },
  }
}
