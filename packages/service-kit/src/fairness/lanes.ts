import { createOwnerCounts } from './owner-counts.js'

/** Bounds what runs at once, in all and for each owner, so that one owner's load never takes the whole. */
export interface Lane {
  /** Answers how to leave, or undefined where the lane, or the owner's share of it, is full. */
  enter(owner: string): (() => void) | undefined
  /** How many are in it. */
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
