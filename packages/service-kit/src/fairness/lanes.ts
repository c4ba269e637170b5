import { createOwnerCounts } from './owner-counts.js'

/** Bounds what runs at once, in total and for each owner, so that no owner's load takes the whole. */
export interface Lane {
  /** Returns a function to leave, or undefined if the lane or the owner's share of it is full. */
  enter(owner: string): (() => void) | undefined
  /** Number of entries now. */
  readonly size: number
}

export function createLane({ totalMax, perOwnerMax }: { totalMax: number; perOwnerMax: number }): Lane {
  const counts = createOwnerCounts()
  return {
    enter(owner) {
      if (counts.total >= totalMax || counts.of(owner) >= perOwnerMax) return undefined
      counts.add(owner)
      return () => counts.remove(owner)
    },
    get size() {
      return counts.total
    },
  }
}
