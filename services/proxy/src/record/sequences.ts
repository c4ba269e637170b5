import { SHARDS, shardOf } from '@protectmyapi/service-kit/redis/redis-keys'

/** An entry's place in the record: unique for this boot. */
interface Place {
  readonly shard: number
  readonly sequence: number
}

/** A place that was taken for an entry which was certainly not written. */
interface Spare extends Place {
  readonly requestId: string
  readonly organizationId: string
}

/** Numbers the entries of one process start, per shard, without gaps, because a gap that stays means a lost entry. */
export interface Sequences {
  take(organizationId: string): Place
  /** The next entry of its shard takes the place. */
  giveBack(spare: Spare): void
  /** Takes all places that were given back and not taken since. */
  takeSpares(): readonly Spare[]
}

export function createSequences(): Sequences {
  const last = new Array<number>(SHARDS).fill(0)
  const free = Array.from({ length: SHARDS }, (): Spare[] => [])

  function next(shard: number): number {
    const sequence = (last[shard] ?? 0) + 1
    last[shard] = sequence
    return sequence
  }

  return {
    take(organizationId) {
      const shard = shardOf(organizationId)
      return { shard, sequence: free[shard]?.pop()?.sequence ?? next(shard) }
    },
    giveBack: ({ shard, sequence, requestId, organizationId }) =>
      void free[shard]?.push({ shard, sequence, requestId, organizationId }),
    takeSpares: () => free.flatMap((spares) => spares.splice(0)),
  }
}
