/** Counts something in total and per owner. An owner with a count of zero takes no memory. */
export interface OwnerCounts {
  readonly total: number
  of(owner: string): number
  add(owner: string): void
  remove(owner: string): void
}

export function createOwnerCounts(): OwnerCounts {
  const byOwner = new Map<string, number>()
  let total = 0

  function count(owner: string, by: 1 | -1): void {
    const now = (byOwner.get(owner) ?? 0) + by
    if (now === 0) byOwner.delete(owner)
    else byOwner.set(owner, now)
    total += by
  }

  return {
    get total() {
      return total
    },
    of: (owner) => byOwner.get(owner) ?? 0,
    add: (owner) => count(owner, 1),
    remove: (owner) => count(owner, -1),
  }
}
