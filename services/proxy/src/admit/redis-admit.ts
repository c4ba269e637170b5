import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Turnstile } from '../fairness/turnstile.js'
import { every, type Schedule } from '../freshness/schedule.js'
import type { StreamRecord } from '../record/stream-record.js'
import { type Admit, type AdmitItem, type AdmitOutcome, ownerOf } from './admit.js'
import { batched } from './batched.js'
import type { Append, Appended, Refusal } from './redis-append.js'

const LIMITS = {
  /** Requests of one script. Each holds Redis up for some microseconds. */
  batchMax: 512,
  /**
   * The batch size while organizations share turns, and Redis answers within as many milliseconds. All requests that
   * one answer admits go on in one event-loop turn, come back at about the same time and are asked for together again.
   * A long batch therefore makes a long turn, which makes the next batch long, and an organization that asks little
   * waits for each of them.
   */
  sharedBatchMax: 16,
  /**
   * Requests per millisecond that a shared batch may hold where Redis takes longer. It is less than a proxy serves, so
   * that the proxy's own turns make no batch longer.
   */
  perMs: 1,
  /**
   * Scripts of one shard under way. While one runs, the next batch fills. Two at once cost a tenth more per request.
   */
  callsMax: 1,
  /** After this, entries that wait without a request to ride with are sent by themselves. */
  tendEveryMs: 50,
} as const

interface Deps {
  readonly append: Append
  readonly record: StreamRecord
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly schedule: Schedule
  readonly log: Logger
  readonly turnstile: Pick<Turnstile, 'isShared'>
}

/** Admission by Redis: one script per shard and event-loop turn, which carries all that waits to be put on record. */
export function redisAdmit({ append, record, clock, schedule, log, turnstile }: Deps): Admit & { close(): void } {
  const shards = new Map<number, Admit>()
  /** How long the last script took. */
  let tookMs = 0

  function batchMax(): number {
    if (!turnstile.isShared()) return LIMITS.batchMax
    return Math.min(LIMITS.batchMax, Math.max(LIMITS.sharedBatchMax, Math.floor(tookMs * LIMITS.perMs)))
  }

  async function run(shard: number, items: readonly AdmitItem[]): Promise<readonly AdmitOutcome[]> {
    const entries = [...record.take(shard)]
    const lines = entries.map(writeEntryText)
    const requests = items.map(({ entry, buckets }) => ({ entry, buckets, line: writeEntryText(entry) }))
    let answer: Appended
    const askedMs = clock.monotonicMs()
    try {
      answer = await append(shard, requests, lines)
    } catch (err) {
      record.doubtful(entries)
      throw err
    } finally {
      tookMs = clock.monotonicMs() - askedMs
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
    const limits = { batchMax, callsMax: LIMITS.callsMax, ownerOf }
    const made = batched(limits, (items: readonly AdmitItem[]) => run(shard, items))
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
