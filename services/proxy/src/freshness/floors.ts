import type { Clock } from '@protectmyapi/service-kit/clock'
import { type Label, labelKey } from './label.js'

export const FLOOR_LIMITS = {
  /** WINDOW: longer than the longest life of anything held, 10 minutes of a session, with clock skew and margin. */
  windowMs: 20 * 60_000,
  /** Some 400 changes a second for a whole window; the feed's counter row, locked to commit, gives about that. */
  floorsMax: 500_000,
} as const

/** The lowest acceptable generation of every id that the feed has named within the window. */
export interface Floors {
  raise(row: Label): void
  /** FENCE: false where one of these lies below its floor. */
  accepts(labels: readonly Label[]): boolean
  /** A floor could not be kept: nothing may be judged fresh until that one would have been forgotten. */
  overflowed(): boolean
  /** Forgets what is older than the window. */
  sweep(): void
}

interface Floor {
  readonly generation: number
  readonly learnedAt: number
}

export function createFloors(
  clock: Pick<Clock, 'monotonicMs'>,
  limits: { windowMs: number; floorsMax: number } = FLOOR_LIMITS,
): Floors {
  // In the order of learning: the oldest stand in front.
  const floors = new Map<string, Floor>()
  let overflowUntil = Number.NEGATIVE_INFINITY

  function raise(row: Label): void {
    sweep()
    const key = labelKey(row)
    const known = floors.get(key)
    floors.delete(key)
    if (floors.size >= limits.floorsMax) {
      // Forgetting another's floor early would let its old state back in. Serving nothing is the safe way to be full.
      overflowUntil = clock.monotonicMs() + limits.windowMs
      return
    }
    floors.set(key, { generation: Math.max(row.generation, known?.generation ?? 0), learnedAt: clock.monotonicMs() })
  }

  function sweep(): void {
    const oldest = clock.monotonicMs() - limits.windowMs
    for (const [key, { learnedAt }] of floors) {
      if (learnedAt > oldest) return
      floors.delete(key)
    }
  }

  return {
    raise,
    sweep,
    accepts: (labels) => labels.every((label) => label.generation >= (floors.get(labelKey(label))?.generation ?? 0)),
    overflowed: () => clock.monotonicMs() < overflowUntil,
  }
}
