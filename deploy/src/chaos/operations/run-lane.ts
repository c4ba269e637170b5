import type { SeededRandom } from '../schedule/seeded-random.js'
import type { Lane } from './lane.js'
import { draw, type LaneOperation, type LaneOperationDeps } from './lane-operation.js'

const LIMITS = {
  /** Pause between two operations of a lane. */
  pauseMs: { from: 50, to: 900 },
} as const

export interface RunLaneOptions extends LaneOperationDeps {
  readonly lane: Lane
  readonly deck: readonly LaneOperation[]
  readonly random: SeededRandom
  readonly isOver: () => boolean
}

/** Runs one operation after the other, so that what is in force in a lane is known. Settles when the time is over. */
export async function runLane({ lane, deck, random, isOver, ...deps }: RunLaneOptions): Promise<void> {
  let left: LaneOperation[] = []
  while (!isOver()) {
    if (left.length === 0) left = random.shuffled(deck)
    const drawn = draw(random)
    const { from, to } = LIMITS.pauseMs
    await deps.pause(random.between(from, to))
    await left.shift()?.run(deps, lane, drawn)
  }
}
