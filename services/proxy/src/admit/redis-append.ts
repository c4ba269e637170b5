import { redisScript } from '@protectmyapi/service-kit/redis/redis'
import { ACCESS_STREAM, accessStreamKey, rateKey, watermarkKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { RedisAway, RedisFailed, type RedisLink } from '../redis/redis-link.js'
import { ADMISSION_SCRIPT } from './admission-script.js'
import type { LimitBucket } from './buckets.js'

/** Messages that a shard's stream may hold. A drain that is this far behind is not helped by more. */
const STREAM_MESSAGES_MAX = 200_000

interface Options {
  readonly lua?: string
  readonly streamMessagesMax?: number
  readonly linesBytesMax?: number
}

/** A limit refused the request. */
export interface Refusal {
  readonly bucket: LimitBucket
  readonly retryAfterMs: number
}

/** What one script did. */
export interface Appended {
  /** The drained watermark of this boot and shard, where Redis knows it. */
  readonly watermark: number | undefined
  /** Keyed by place among the requests. All others were admitted and written. */
  readonly refused: ReadonlyMap<number, Refusal>
}

/**
 * Runs one script on one shard: it decides the requests, and appends the entries of the admitted ones and all riders.
 * The caller bounds how many there are.
 *
 * @throws RedisAway where nothing was written; RedisFailed where that is not known.
 */
export type Append = (shard: number, requests: readonly Asking[], riders: readonly string[]) => Promise<Appended>

/** A request: the buckets that it draws from, and its entry as a line. */
export interface Asking {
  readonly buckets: readonly LimitBucket[]
  readonly line: string
}

export function redisAppend(
  link: Pick<RedisLink, 'use'>,
  bootId: string,
  {
    lua = ADMISSION_SCRIPT,
    streamMessagesMax = STREAM_MESSAGES_MAX,
    linesBytesMax = ACCESS_STREAM.linesBytesMax,
  }: Options = {},
): Append {
  const script = redisScript(lua)
  const head = [bootId, ACCESS_STREAM.lifeMs, streamMessagesMax, linesBytesMax]
  return async (shard, requests, riders) => {
    const keys = [accessStreamKey(shard), watermarkKey(shard, bootId)]
    const args: (string | number)[] = [...head]
    const places = writeBuckets(shard, requests, keys, args)
    args.push(riders.join('\n'))
    for (const { line, buckets } of requests)
      args.push(`${buckets.map(({ key }) => places.get(key)).join(',')} ${line}`)
    const reply = await link.use((client) => script.run(client, keys, args))
    return answerOf(reply, requests)
  }
}

/** Writes each bucket once. Returns each bucket's place among them, counted from 1. */
function writeBuckets(
  shard: number,
  requests: readonly Asking[],
  keys: string[],
  args: (string | number)[],
): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const { buckets } of requests) {
    for (const { key, count, periodMs, burst } of buckets) {
      if (places.has(key)) continue
      places.set(key, places.size + 1)
      keys.push(rateKey(shard, key))
      args.push(periodMs / count, (burst * periodMs) / count)
    }
  }
  return places
}

/** Failures of one shard alone: Redis stays in use for the others. */
const UNWRITTEN: ReadonlyMap<number | undefined, string> = new Map([
  [-1, 'the stream of a shard is full: its drain is behind'],
  [-2, 'nothing can be appended to what stands at the key of a shard’s stream'],
])

function answerOf(reply: unknown, requests: readonly Asking[]): Appended {
  if (!Array.isArray(reply) || !reply.every((part) => Number.isSafeInteger(part)))
    throw new RedisFailed('an answer out of shape')
  const [watermark, admitted, ...rest]: readonly number[] = reply
  const unwritten = admitted === undefined ? UNWRITTEN.get(watermark) : undefined
  if (unwritten !== undefined) throw new RedisAway(unwritten)
  const refused: [number, Refusal][] = []
  for (let at = 0; at + 2 < rest.length; at += 3) {
    const [place = 0, bucketPlace = 0, retryAfterMs = 0] = rest.slice(at, at + 3)
    const bucket = requests[place - 1]?.buckets[bucketPlace - 1]
    if (!bucket) throw new RedisFailed('an answer about nobody')
    refused.push([place - 1, { bucket, retryAfterMs }])
  }
  // No record, no injection: an answer that does not cover every request is valid for none.
  if (admitted === undefined || admitted + refused.length !== requests.length)
    throw new RedisFailed('an answer of another length than its question')
  return { watermark: watermark === -1 ? undefined : watermark, refused: new Map(refused) }
}
