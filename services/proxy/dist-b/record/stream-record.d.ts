import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { AccessQueue } from './access-queue.js'
/**
 * Entries between this proxy and the log, where Redis carries them: those that wait for a script to ride on, and those
 * that are in a stream and are kept here until the drained watermark has passed them. An entry is in one place of this
 * record at a time, and leaves it exactly once: drained, or handed to management's queue.
 */
export interface StreamRecord extends AccessQueue {
  /** The next riders of this shard. Whoever takes them says what became of them. */
  take(shard: number): readonly AccessEntry[]
  /** These are in the stream now, and the watermark stands here, as far as Redis knows it. */
  appended(shard: number, entries: readonly AccessEntry[], watermark: number | undefined): void
  /** Whether these are in the stream is not known: management gets them. */
  doubtful(entries: readonly AccessEntry[]): void
  /** Hands over what has not been drained in time. Answers the shards that want a script although no request comes. */
  tend(): readonly number[]
  /** Redis is away: everything goes to management. */
  handOver(): void
}
interface Deps {
  /** To management; settles what it takes. */
  readonly direct: AccessQueue
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly isRedisUsable: () => boolean
  /** Called for each entry that is drained. */
  readonly settled: (entry: AccessEntry) => void
}
export declare function createStreamRecord({ direct, clock, isRedisUsable, settled }: Deps): StreamRecord
