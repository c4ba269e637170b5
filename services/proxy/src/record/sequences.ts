import { createHash } from 'node:crypto'

/** As many as the shards of Redis's keys and streams. */
const SHARDS = 64

/** An entry's place in the record: unique for this boot. */
export interface Place {
  readonly shard: number
  readonly sequence: number
}

/** Numbers the entries of one process start, per shard, without gaps: a gap that stays is an entry that was lost. */
export interface Sequences {
  take(organizationId: string): Place
  /** The place of an entry that was certainly not written; the next of its shard takes it. */
  giveBack(place: Place): void
  /** The places given back and not taken since. */
  unused(): readonly Place[]
}

export function createSequences(): Sequences {
  const last = new Array<number>(SHARDS).fill(0)
  const free = Array.from({ length: SHARDS }, (): number[] => [])

  function next(shard: number): number {
    const sequence = (last[shard] ?? 0) + 1
    last[shard] = sequence
    return sequence
  }

  return {
    take(organizationId) {
      const shard = shardOf(organizationId)
      return { shard, sequence: free[shard]?.pop() ?? next(shard) }
    },
    giveBack: ({ shard, sequence }) => void free[shard]?.push(sequence),
    unused: () => free.flatMap((sequences, shard) => sequences.map((sequence) => ({ shard, sequence }))),
  }
}

/** Evenly, whatever ids look like. */
export function shardOf(organizationId: string): number {
  return createHash('sha256').update(organizationId, 'utf8').digest().readUInt32BE(0) % SHARDS
}
