import { SHARDS } from '@protectmyapi/service-kit/redis-keys'

const LIMITS = {
  /** What is not known to be drained by then goes to management directly: a single failure loses nothing. */
  drainedWithinMs: 5_000,
  /** So long a shard's watermark is not asked for, where no request asks for it anyway. */
  lookEveryMs: 500,
  /** Entries that ride along with one script. */
  ridersMax: 512,
}
export function createStreamRecord({ direct, clock, isRedisUsable, settled }) {
  const shards = Array.from({ length: SHARDS }, () => ({ riders: [], kept: [], lookedAtMs: 0 }))
  const active = new Set()
  function shardAt(number) {
    const shard = shards[number]
    if (!shard) throw new Error(`no shard ${number}`)
    return shard
  }
  function passed(shard, watermark) {
    // From the front, as far as they are drained: what waits behind another one is looked at again soon.
    let end = 0
    while (end < shard.kept.length && isDrained(shard.kept[end], watermark)) end += 1
    for (const { entries } of shard.kept.splice(0, end)) entries.forEach(settled)
  }
  function handOverOlderThan(shard, atMs) {
    let end = 0
    while (end < shard.kept.length && (shard.kept[end]?.atMs ?? atMs) < atMs) end += 1
    for (const { entries } of shard.kept.splice(0, end)) entries.forEach(direct.add)
  }
  function handOver() {
    for (const number of active) {
      const shard = shardAt(number)
      handOverOlderThan(shard, Number.POSITIVE_INFINITY)
      for (const entry of shard.riders.splice(0)) direct.add(entry)
    }
    active.clear()
  }
  return {
    add(entry) {
      if (!isRedisUsable()) return direct.add(entry)
      shardAt(Number(entry.shard)).riders.push(entry)
      active.add(Number(entry.shard))
    },
    take: (number) => shardAt(number).riders.splice(0, LIMITS.ridersMax),
    appended(number, entries, watermark) {
      const shard = shardAt(number)
      const atMs = clock.monotonicMs()
      shard.lookedAtMs = atMs
      if (entries.length > 0) shard.kept.push({ entries, atMs })
      active.add(number)
      if (watermark !== undefined) passed(shard, watermark)
    },
    doubtful: (entries) => entries.forEach(direct.add),
    tend() {
      const nowMs = clock.monotonicMs()
      const wanting = []
      for (const number of active) {
        const shard = shardAt(number)
        handOverOlderThan(shard, nowMs - LIMITS.drainedWithinMs)
        if (shard.riders.length > 0 || (shard.kept.length > 0 && nowMs - shard.lookedAtMs >= LIMITS.lookEveryMs))
          wanting.push(number)
        else if (shard.kept.length === 0) active.delete(number)
      }
      return wanting
    },
    handOver,
    drain(graceMs) {
      handOver()
      return direct.drain(graceMs)
    },
  }
}
function isDrained(kept, watermark) {
  return kept?.entries.every(({ sequence }) => Number(sequence) <= watermark) ?? false
}
//# sourceMappingURL=stream-record.js.map
