import type { SeededRandom } from '../schedule/seeded-random.js'
import type { Lane } from './lane.js'
import type { Operate } from './operate.js'

export interface LaneOperationDeps {
  readonly operate: Operate
  /** The origin of the provider. */
  readonly origin: string
  /** Settles after that time, or when the time of the run is over. */
  readonly pause: (ms: number) => Promise<void>
}

/** A complete operation on a lane: it gives back what it takes away, so that the load goes on. */
export interface LaneOperation {
  readonly kind: string
  run(deps: LaneOperationDeps, lane: Lane, drawn: Drawn): Promise<void>
}

/** Drawn before anything begins, so that a seed gives the same operations whatever their outcome. */
export interface Drawn {
  readonly management: number
  /** From 0 up to 1: selects one of several variants. */
  readonly which: number
  /** How long what was taken away stays away. */
  readonly awayMs: number
}

const LIMITS = {
  /** Long enough for some hundred requests that rest on what was taken away. */
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
