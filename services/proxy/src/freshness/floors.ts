import type { Clock } from '@protectmyapi/service-kit/clock'
import { FEED_WINDOW_MS } from '@protectmyapi/service-kit/feed-window'
import type { Label } from './label.js'
import { LabelMap } from './label-map.js'

export const FLOOR_LIMITS = {
  windowMs: FEED_WINDOW_MS,
  /**
   * Some 400 changes a second for a whole window, which is about what the feed's counter row, locked to commit, allows.
   */
  floorsMax: 500_000,
} as const

/** The lowest acceptable generation of every id that the feed has named within the window. */
export interface Floors {
  raise(row: Label): void
  /** FENCE: false where one of these lies below its floor. */
  accepts(labels: readonly Label[]): boolean
  /** A floor could not be kept: nothing may count as fresh until that floor would have been forgotten. */
  overflowed(): boolean
  /** Forgets floors that are older than the window. */
  sweep(): void
}

interface Floor extends Label {
  readonly learnedAt: number
}

export function createFloors(
  clock: Pick<Clock, 'monotonicMs'>,
  limits: { windowMs: number; floorsMax: number } = FLOOR_LIMITS,
): Floors {
  // In the order in which they were learned, oldest first.
  const floors = new Set<Floor>()
  const byLabel = new LabelMap<Floor>()
  let overflowUntil = Number.NEGATIVE_INFINITY

  function raise(row: Label): void {
    sweep()
    const known = byLabel.get(row)
    if (known) forget(known)
    if (floors.size >= limits.floorsMax) {
      // Forgetting another floor early would let its old state back in. When full, the safe choice is to serve nothing.
      overflowUntil = clock.monotonicMs() + limits.windowMs
      return
    }
    const { kind, id } = row
    const generation = Math.max(row.generation, known?.generation ?? 0)
    const floor = { kind, id, generation, learnedAt: clock.monotonicMs() }
    floors.add(floor)
    byLabel.set(floor, floor)
  }

  function forget(floor: Floor): void {
    floors.delete(floor)
    byLabel.delete(floor)
  }

  function sweep(): void {
    const oldest = clock.monotonicMs() - limits.windowMs
    for (const floor of floors) {
      if (floor.learnedAt > oldest) return
      forget(floor)
    }
  }

  return {
    raise,
    sweep,
    accepts(labels) {
      for (const label of labels) {
        const floor = byLabel.get(label)
        if (floor !== undefined && label.generation < floor.generation) return false
      }
      return true
    },
    overflowed: () => clock.monotonicMs() < overflowUntil,
  }
}
