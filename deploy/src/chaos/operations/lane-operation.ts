import type { SeededRandom } from '../schedule/seeded-random.js'
import type { Lane } from './lane.js'
import type { Operate } from './operate.js'

export interface LaneOperationDeps {
  readonly operate: Operate
  /** Of the provider. */
  readonly origin: string
  /** Settles after so long, or when the time is over. */
  readonly pause: (ms: number) => Promise<void>
}

/** Something that an operator does to a lane, whole: what it takes away it gives back, so that the load goes on. */
export interface LaneOperation {
  readonly kind: string
  run(deps: LaneOperationDeps, lane: Lane, drawn: Drawn): Promise<void>
}

/** What chance has decided before anything began, so that a seed gives the same operations whatever becomes of them. */
export interface Drawn {
  readonly management: number
  /** From 0 up to 1: which of several. */
  readonly which: number
  /** How long what was taken away stays away. */
  readonly awayMs: number
}

const LIMITS = {
  /** Some hundred requests must meet what was taken away. */
  awayMs: { from: 100, to: 600 },
  managements: 1_000,
} as const

export function draw(random: SeededRandom): Drawn {
  const { from, to } = LIMITS.awayMs
  return {
    management: random.between(0, LIMITS.managements),
    which: random.next(),
    awayMs: random.between(from, to),
  }
}

export function pickBy<T>(list: readonly T[], which: number): T | undefined {
  return list[Math.floor(which * list.length)]
}
