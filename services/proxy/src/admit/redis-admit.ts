import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import type { Logger } from '@protectmyapi/service-kit/log'
import { every, type Schedule } from '../freshness/schedule.js'
import type { StreamRecord } from '../record/stream-record.js'
import { type Admit, type AdmitItem, type AdmitOutcome, ownerOf } from './admit.js'
import { batched } from './batched.js'
import type { Append, Appended, Refusal } from './redis-append.js'

const LIMITS = {
  /** Requests of one script, which holds Redis up for some microseconds each. */
  batchMax: 512,
  /** Scripts of one shard under way: while it runs, the next fills. Two at once were a tenth dearer a request. */
  callsMax: 1,
  /** What nobody asks for rides after this. */
  tendEveryMs: 50,
} as const

interface Deps {
  readonly append: Append
  readonly record: StreamRecord
  readonly schedule: Schedule
  readonly log: Logger
}

/** Admission by Redis: one script per shard and event-loop turn, with all that has waited to be put on record. */
export function redisAdmit({ append, record, schedule, log }: Deps): Admit & { close(): void } {
  const shards = new Map<number, Admit>()

  async function run(shard: number, items: readonly AdmitItem[]): Promise<readonly AdmitOutcome[]> {
    const entries = [...record.take(shard)]
    const lines = entries.map(writeEntryText)
    const requests = items.map(({ entry, buckets }) => ({ entry, buckets, line: writeEntryText(entry) }))
    let answer: Appended
    try {
      answer = await append(shard, requests, lines)
    } catch (err) {
      record.doubtful(entries)
      throw err
    }
    const { watermark, refused } = answer
    requests.forEach(({ entry, line }, at) => {
      if (refused.has(at)) return
      entries.push(entry)
      lines.push(line)
    })
    record.appended(shard, { entries, lines }, watermark)
    return items.map((_, at) => outcomeOf(refused.get(at)))
  }

  function admitOf(shard: number): Admit {
    const known = shards.get(shard)
    if (known) return known
    const made = batched({ ...LIMITS, ownerOf }, (items: readonly AdmitItem[]) => run(shard, items))
    shards.set(shard, made)
    return made
  }

  const stop = every(schedule, LIMITS.tendEveryMs, () => {
    for (const shard of record.tend())
      run(shard, []).catch((err: unknown) => log.debug({ err, shard }, 'entries go to management instead'))
  })

  return Object.assign((item: AdmitItem) => admitOf(item.entry.shard)(item), { close: stop })
}

const ADMITTED = { admitted: true, onRecord: false } as const

function outcomeOf(refused: Refusal | undefined): AdmitOutcome {
  if (!refused) return ADMITTED
  const { bucket, retryAfterMs } = refused
  const { scope, count, periodMs } = bucket
  return { admitted: false, limited: { scope, count, periodMs, retryAfterMs }, doubtful: false }
}
