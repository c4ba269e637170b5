import { LabelMap } from './label-map.js'
export const FLOOR_LIMITS = {
  /** WINDOW: longer than the longest life of anything held, 10 minutes of a session, with clock skew and margin. */
  windowMs: 20 * 60_000,
  /** Some 400 changes a second for a whole window; the feed's counter row, locked to commit, gives about that. */
  floorsMax: 500_000,
}
export function createFloors(clock, limits = FLOOR_LIMITS) {
  // In the order of learning: the oldest stand in front.
  const floors = new Set()
  const byLabel = new LabelMap()
  let overflowUntil = Number.NEGATIVE_INFINITY
  function raise(row) {
    sweep()
    const known = byLabel.get(row)
    if (known) forget(known)
    if (floors.size >= limits.floorsMax) {
      // Forgetting another's floor early would let its old state back in. Serving nothing is the safe way to be full.
      overflowUntil = clock.monotonicMs() + limits.windowMs
      return
    }
    const { kind, id } = row
    const generation = Math.max(row.generation, known?.generation ?? 0)
    const floor = { kind, id, generation, learnedAt: clock.monotonicMs() }
    floors.add(floor)
    byLabel.set(floor, floor)
  }
  function forget(floor) {
    floors.delete(floor)
    byLabel.delete(floor)
  }
  function sweep() {
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
//# sourceMappingURL=floors.js.map
