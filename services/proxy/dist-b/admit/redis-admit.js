import { every } from '../freshness/schedule.js'
import { batched } from './batched.js'

const LIMITS = {
  /** Requests of one script; with as many riders it stays far below what Lua unpacks. */
  batchMax: 512,
  /** Scripts of one shard under way. While one runs, the next fills. */
  callsMax: 1,
  /** What nobody asks for rides after this. */
  tendEveryMs: 50,
}
/** Admission by Redis: one script per shard and event-loop turn, with all that has waited to be put on record. */
export function redisAdmit({ append, record, schedule, log }) {
  const shards = new Map()
  async function run(shard, items) {
    const riders = record.take(shard)
    try {
      const { watermark, refused } = await append(shard, items, riders)
      const written = [...riders]
      items.forEach(({ entry }, at) => {
        if (!refused.has(at)) written.push(entry)
      })
      record.appended(shard, written, watermark)
      return items.map((_, at) => outcomeOf(refused.get(at)))
    } catch (err) {
      record.doubtful(riders)
      throw err
    }
  }
  function admitOf(shard) {
    const known = shards.get(shard)
    if (known) return known
    const made = batched(LIMITS, (items) => run(shard, items))
    shards.set(shard, made)
    return made
  }
  const stop = every(schedule, LIMITS.tendEveryMs, () => {
    for (const shard of record.tend())
      run(shard, []).catch((err) => log.debug({ err, shard }, 'entries go to management instead'))
  })
  return Object.assign((item) => admitOf(item.entry.shard)(item), { close: stop })
}
const ADMITTED = { admitted: true, onRecord: false }
function outcomeOf(refused) {
  if (!refused) return ADMITTED
  const { bucket, retryAfterMs } = refused
  const { scope, count, periodMs } = bucket
  return { admitted: false, limited: { scope, count, periodMs, retryAfterMs }, doubtful: false }
}
//# sourceMappingURL=redis-admit.js.map
