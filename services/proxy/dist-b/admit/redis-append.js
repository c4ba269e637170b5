import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import { redisScript } from '@protectmyapi/service-kit/redis'
import { ACCESS_STREAM, accessStreamKey, rateKey, watermarkKey } from '@protectmyapi/service-kit/redis-keys'
import { RedisAway, RedisFailed } from '../redis/redis-link.js'
import { ADMISSION_SCRIPT } from './admission-script.js'

/** Messages of a shard's stream: a drain that is behind by so much will not be helped by more. */
const STREAM_MESSAGES_MAX = 200_000
export function redisAppend(link, bootId, { lua = ADMISSION_SCRIPT, streamMessagesMax = STREAM_MESSAGES_MAX } = {}) {
  const script = redisScript(lua)
  const head = [bootId, ACCESS_STREAM.lifeMs, streamMessagesMax]
  return async (shard, requests, riders) => {
    const keys = [accessStreamKey(shard), watermarkKey(shard, bootId)]
    const args = [...head]
    const places = writeBuckets(shard, requests, keys, args)
    args.push(requests.length)
    for (const { entry, buckets } of requests) {
      args.push(writeEntryText(entry), buckets.length)
      for (const { key } of buckets) args.push(places.get(key) ?? 0)
    }
    for (const entry of riders) args.push(writeEntryText(entry))
    const reply = await link.use((client) => script.run(client, keys, args))
    return answerOf(reply, requests)
  }
}
/** Each bucket once; answers where it stands among them, from 1. */
function writeBuckets(shard, requests, keys, args) {
  const places = new Map()
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
function answerOf(reply, requests) {
  if (!Array.isArray(reply) || !reply.every((part) => Number.isSafeInteger(part)))
    throw new RedisFailed('an answer out of shape')
  const [watermark, admitted, ...rest] = reply
  if (watermark === -1 && admitted === undefined)
    throw new RedisAway('the stream of a shard is full: its drain is behind')
  const refused = []
  for (let at = 0; at + 2 < rest.length; at += 3) {
    const [place = 0, bucketPlace = 0, retryAfterMs = 0] = rest.slice(at, at + 3)
    const bucket = requests[place - 1]?.buckets[bucketPlace - 1]
    if (!bucket) throw new RedisFailed('an answer about nobody')
    refused.push([place - 1, { bucket, retryAfterMs }])
  }
  // No record, no injection: an answer that does not speak of everyone speaks of no one.
  if (admitted === undefined || admitted + refused.length !== requests.length)
    throw new RedisFailed('an answer of another length than its question')
  return { watermark: watermark === -1 ? undefined : watermark, refused: new Map(refused) }
}
//# sourceMappingURL=redis-append.js.map
