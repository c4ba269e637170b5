import { SHARDS, shardOf } from '@protectmyapi/service-kit/redis-keys'
export function createSequences() {
  const last = new Array(SHARDS).fill(0)
  const free = Array.from({ length: SHARDS }, () => [])
  function next(shard) {
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
//# sourceMappingURL=sequences.js.map
