import { type RedisClient, redisScript } from '@protectmyapi/service-kit/redis/redis'
import {
  ACCESS_STREAM,
  accessStreamKey,
  SHARDS,
  WATERMARK_LIFE_MS,
  watermarkKey,
} from '@protectmyapi/service-kit/redis/redis-keys'
import type { Watermark } from '../store/move-watermarks.js'

export interface StreamMessage {
  readonly shard: number
  readonly id: string
  /** Names and values alternate; null if the message is gone from the stream and only its delivery is remembered. */
  readonly fields: readonly string[] | null
}

/**
 * What the drain does with one shard's stream besides reading it, as one consumer of the group. Each method throws what
 * the client throws.
 */
export interface AccessStream {
  /**
   * Makes the group, and the stream with it, if there is none. The group begins at the stream's start, so that nothing
   * is passed over.
   */
  prepare(): Promise<void>
  /**
   * Takes over what any consumer was handed at least `idleMs` ago and has not settled; `readStreams` then returns it as
   * this consumer's own. Returns how much.
   */
  claim(idleMs: number, countMax: number): Promise<number>
  /** Settles messages that are in the log: they are neither delivered again nor kept. */
  settle(ids: readonly string[]): Promise<void>
  /** Forgets consumers that hold nothing and have been silent for `idleMs`. */
  removeSilent(idleMs: number): Promise<void>
}

/** Whether this is the error that a flush leaves behind: the group is gone, with or without its stream. */
export const isGroupGone = (thrown: unknown): boolean => thrown instanceof Error && thrown.message.startsWith('NOGROUP')

/**
 * The stream expires because otherwise a shard that is never used again would stay for good. PEXPIRE comes first
 * because a Redis above its `maxmemory` accepts XGROUP only after a command that writes: otherwise what fills it could
 * never be drained.
 */
const PREPARE = redisScript(`
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if type(made) == 'table' and made.err then
  if string.sub(made.err, 1, 9) == 'BUSYGROUP' then return 0 end
  return made
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

/** Both or none: nobody would ever delete a message that is acknowledged but not deleted. */
const SETTLE = redisScript(`
redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
return redis.call('XDEL', KEYS[1], unpack(ARGV, 2))
`)

/**
 * One script, because a consumer that is handed something between the check and its removal would lose it. XDEL of
 * nothing comes first so that Redis accepts XGROUP, as above.
 */
const REMOVE_SILENT = redisScript(`
redis.pcall('XDEL', KEYS[1], '0-1')
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return 0 end
for _, fields in ipairs(consumers) do
  local of = {}
  for at = 1, #fields, 2 do of[fields[at]] = fields[at + 1] end
  if of.pending == 0 and of.idle >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], of.name)
  end
end
return 0
`)

export function accessStream(client: RedisClient, consumer: string, shard: number): AccessStream {
  const key = accessStreamKey(shard)
  const { group } = ACCESS_STREAM
  return {
    prepare: async () => void (await PREPARE.run(client, [key], [group, ACCESS_STREAM.lifeMs])),
    async claim(idleMs, countMax) {
      const args = [key, group, consumer, idleMs, '0-0', 'COUNT', countMax, 'JUSTID']
      const [, ids] = asList(await client.call('XAUTOCLAIM', ...args))
      return asList(ids).length
    },
    settle: async (ids) => void (await SETTLE.run(client, [key], [group, ...ids])),
    removeSilent: async (idleMs) => void (await REMOVE_SILENT.run(client, [key], [group, idleMs])),
  }
}

/** Copies the watermarks for the proxies, so that they forget what is safe. Never before the commit. */
export async function publishWatermarks(client: RedisClient, watermarks: readonly Watermark[]): Promise<void> {
  await Promise.all(
    watermarks.map(({ shard, bootId, sequence }) =>
      client.set(watermarkKey(shard, bootId), sequence, 'PX', WATERMARK_LIFE_MS),
    ),
  )
}

/** The number of every shard. */
export const ALL_SHARDS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard)

/** @throws Error for anything else. */
export function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('Redis answered something else than a list')
  return value
}
