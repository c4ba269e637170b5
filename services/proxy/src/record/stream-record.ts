import { readEntryText } from '@protectmyapi/protos/access-entry-text'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { SHARDS } from '@protectmyapi/service-kit/redis/redis-keys'
import type { AccessQueue } from './access-queue.js'

const LIMITS = {
  /** Entries not known to be drained by then go to management directly, so that a single failure loses nothing. */
  drainedWithinMs: 5_000,
  /** How long a shard's watermark is not asked for when no request asks for it anyway. */
  lookEveryMs: 500,
  /** Entries that ride along with one script. */
  ridersMax: 512,
} as const

/**
 * Entries between this proxy and the log, where Redis carries them: those that wait for a script to ride on, and those
 * that are in a stream and are kept here until the drained watermark has passed them. An entry is in one place of this
 * record at a time, and leaves it exactly once: drained, or handed to management's queue.
 */
export interface StreamRecord extends AccessQueue {
  /** The next riders of this shard. The caller has to report what became of them. */
  take(shard: number): readonly AccessEntry[]
  /** These are in the stream now, with the watermark as far as Redis knows it. */
  appended(shard: number, written: Written, watermark: number | undefined): void
  /** It is not known whether these are in the stream, so management gets them. */
  doubtful(entries: readonly AccessEntry[]): void
  /** Hands over what has not been drained in time. Returns the shards that need a script although no request comes. */
  tend(): readonly number[]
  /** Redis is away: everything goes to management. */
  handOver(): void
}

/** What one script wrote: entries, and for each of them the line that is in the stream. */
export interface Written {
  readonly entries: readonly AccessEntry[]
  readonly lines: readonly string[]
}

/**
 * What was written, while it is not known to be drained. Kept as one text, because the garbage collector would copy
 * thousands of entry objects again and again, and nearly all of them are never looked at any more.
 */
interface Kept {
  readonly text: string
  /** One for each entry. */
  readonly organizations: readonly string[]
  readonly lastSequence: number
  readonly atMs: number
}

interface Shard {
  riders: AccessEntry[]
  /** In the order of appending. */
  kept: Kept[]
  lookedAtMs: number
}

interface Deps {
  /** The queue to management, which settles what it takes. */
  readonly direct: AccessQueue
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly isRedisUsable: () => boolean
  /** Called for each entry that is drained, with its organization. */
  readonly drained: (organizationId: string) => void
}

export function createStreamRecord({ direct, clock, isRedisUsable, drained }: Deps): StreamRecord {
  const shards = Array.from({ length: SHARDS }, (): Shard => ({ riders: [], kept: [], lookedAtMs: 0 }))
  const active = new Set<number>()

  function shardAt(number: number): Shard {
    const shard = shards[number]
    if (!shard) throw new Error(`no shard ${number}`)
    return shard
  }

  function passed(shard: Shard, watermark: number): void {
    // Taken from the front only: drained entries behind one that is not are looked at again soon.
    let end = 0
    while (end < shard.kept.length && (shard.kept[end]?.lastSequence ?? 0) <= watermark) end += 1
    for (const { organizations } of shard.kept.splice(0, end)) organizations.forEach(drained)
  }

  function handOverOlderThan(shard: Shard, atMs: number): void {
    let end = 0
    while (end < shard.kept.length && (shard.kept[end]?.atMs ?? atMs) < atMs) end += 1
    for (const { text } of shard.kept.splice(0, end))
      for (const line of text.split('\n')) direct.add(readEntryText(line))
  }

  function handOver(): void {
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
    addDirect: direct.addDirect,
    take: (number) => shardAt(number).riders.splice(0, LIMITS.ridersMax),
    appended(number, { entries, lines }, watermark) {
      const shard = shardAt(number)
      const atMs = clock.monotonicMs()
      shard.lookedAtMs = atMs
      if (entries.length > 0) {
        const organizations = entries.map(({ organizationId = '' }) => organizationId)
        const lastSequence = entries.reduce((last, { sequence }) => Math.max(last, Number(sequence)), 0)
        shard.kept.push({ text: lines.join('\n'), organizations, lastSequence, atMs })
      }
      active.add(number)
      if (watermark !== undefined) passed(shard, watermark)
    },
    doubtful: (entries) => entries.forEach(direct.addDirect),
    tend() {
      const nowMs = clock.monotonicMs()
      const wanting: number[] = []
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
