import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { type RedisLink } from '../redis/redis-link.js'
import type { AdmitItem } from './admit.js'
import type { LimitBucket } from './buckets.js'

interface Options {
  readonly lua?: string
  readonly streamMessagesMax?: number
}
/** A limit said no. */
export interface Refusal {
  readonly bucket: LimitBucket
  readonly retryAfterMs: number
}
/** What one script did. */
export interface Appended {
  /** The drained watermark of this boot and shard, where Redis knows it. */
  readonly watermark: number | undefined
  /** By place among the requests; all others were admitted and written. */
  readonly refused: ReadonlyMap<number, Refusal>
}
/**
 * One script on one shard: decides the requests, and appends the entries of those admitted and all that ride along.
 * Their sum is bounded by the caller: Lua takes some 8,000 values at once.
 *
 * @throws RedisAway where nothing was written; RedisFailed where that is not known.
 */
export type Append = (
  shard: number,
  requests: readonly AdmitItem[],
  riders: readonly AccessEntry[],
) => Promise<Appended>
export declare function redisAppend(
  link: Pick<RedisLink, 'use'>,
  bootId: string,
  { lua, streamMessagesMax }?: Options,
): Append
