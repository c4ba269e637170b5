import { createHash } from 'node:crypto'

/** Repeatable random numbers: the same seed gives the same sequence. */
export interface SeededRandom {
  /** From 0 up to 1. */
  next(): number
  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** @throws Error where the list is empty. */
  pick<T>(from: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  /** Another sequence, by name. What one part draws does not shift what another part draws. */
  fork(name: string): SeededRandom
}

const TWO_TO_32 = 2 ** 32

export function seededRandom(seed: string): SeededRandom {
  // Mulberry32: its 32 bits of state are enough for a schedule, and it takes five lines.
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    pick(from) {
      const picked = from[between(0, from.length - 1)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    shuffled(list) {
      const left = [...list]
      const drawn: typeof left = []
      while (left.length > 0) drawn.push(...left.splice(between(0, left.length - 1), 1))
      return drawn
    },
    fork: (name) => seededRandom(`${seed}/${name}`),
  }
}
