/** Bounds what runs at once, in all and for each owner, so that one owner's load never takes the whole. */
export interface Lane {
  /** Answers how to leave, or undefined where the lane, or the owner's share of it, is full. */
  enter(owner: string): (() => void) | undefined
}

export function createLane({ totalMax, perOwnerMax }: { totalMax: number; perOwnerMax: number }): Lane {
  const byOwner = new Map<string, number>()
  let total = 0
  return {
    enter(owner) {
      const own = byOwner.get(owner) ?? 0
      if (total >= totalMax || own >= perOwnerMax) return undefined
      total += 1
      byOwner.set(owner, own + 1)
      return () => leave(owner)
    },
  }

  function leave(owner: string): void {
    total -= 1
    const left = (byOwner.get(owner) ?? 1) - 1
    if (left === 0) byOwner.delete(owner)
    else byOwner.set(owner, left)
  }
}
