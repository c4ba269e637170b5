import { type RedisClient, redisScript } from '@protectmyapi/service-kit/redis/redis'
import { ACCESS_STREAM, accessStreamKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { asList, type StreamMessage } from './access-streams.js'

const LIMITS = ACCESS_LOG_LIMITS.stream

export interface ReadOptions {
  readonly shards: readonly number[]
  /** `new`: messages that nobody has been handed; `own`: those that this consumer was handed and has not settled. */
  readonly which: 'new' | 'own'
  /** Messages of one shard, at most. */
  readonly countMax: number
  /** Bytes after which nothing more is read. */
  readonly bytesMax: number
}

export interface ReadAnswer {
  /** What each shard has, or why Redis refused it. Shards that the read did not reach are missing. */
  readonly of: ReadonlyMap<number, readonly StreamMessage[] | Error>
  /** `bytesMax` ended the answer: there may be more, which this consumer was handed already. */
  readonly isCut: boolean
}

/**
 * XREADGROUP in steps of a few messages, so that its answer has a bound. Otherwise an attacker who can write to Redis
 * could put a message there that takes longer to send than a command may, and that would be handed out again each time.
 * What the last step reads beyond the bound is this consumer's own from now on, but not in this answer.
 *
 * A message that is too long is replaced by one that has its id, its length and its beginning, and that is read in its
 * turn. All of this is one script, so that after a lost answer or a reader's death the message is not met a second
 * time. XADD comes right after a command that writes, so that Redis accepts it above its `maxmemory` too.
 *
 * KEYS: streams. ARGV: group, consumer, '>' or '0', messages of one stream, of one step, bytes of one message, bytes of
 * all, bytes that are kept of a longer one.
 *
 * Returns 1 if it was ended by bytes, else 0; then for each stream that it reached the messages, or an error's text.
 */
const READ = redisScript(`
local group, consumer, from = ARGV[1], ARGV[2], ARGV[3]
local countMax, stepMax, messageMax = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local allMax, keptMax = tonumber(ARGV[7]), tonumber(ARGV[8])
local spent = 0

local function sizeOf(fields)
  local size = 0
  for _, text in ipairs(fields) do size = size + #text + 16 end
  return size
end

local function replace(key, id, fields, size)
  local parts = {}
  for at = 1, math.min(#fields, 8) do parts[at] = string.sub(fields[at], 1, keptMax) end
  local kept = string.sub(table.concat(parts, ' '), 1, keptMax)
  local added = redis.pcall('XADD', key, '*', '${ACCESS_STREAM.oversized}', id, 'bytes', size, 'begins', kept)
  redis.call('XACK', key, group, id)
  redis.call('XDEL', key, id)
  return type(added) == 'table' and added.err
end

local function read(key)
  local messages, last = {}, from
  while #messages < countMax and spent < allMax do
    local asked = math.min(stepMax, countMax - #messages)
    local answer = redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', asked, 'STREAMS', key, last)
    if answer and answer.err then return answer.err end
    local found = answer and answer[1][2] or {}
    for _, message in ipairs(found) do
      local id, fields = message[1], message[2]
      local size = fields and sizeOf(fields) or 0
      if last ~= '>' then last = id end
      if size > messageMax then
        spent = spent + size
        local refused = replace(key, id, fields, size)
        if refused then return refused end
      elseif spent < allMax then
        spent = spent + size
        messages[#messages + 1] = message
      end
    end
    if #found < asked then break end
  end
  return messages
end

local answer = {0}
for at, key in ipairs(KEYS) do
  if spent >= allMax then break end
  answer[at + 1] = read(key)
end
if spent >= allMax then answer[1] = 1 end
return answer
`)

/** In the order of the shards. @throws what the client throws. */
export async function readStreams(
  client: RedisClient,
  consumer: string,
  { shards, which, countMax, bytesMax }: ReadOptions,
): Promise<ReadAnswer> {
  const { messagesPerStep, messageBytesMax, oversizedKeptBytes } = LIMITS
  // Own messages may be owed because a step with them took too long; one message alone does not.
  const [from, stepMax] = which === 'new' ? ['>', messagesPerStep] : ['0', 1]
  const args = [ACCESS_STREAM.group, consumer, from, countMax, stepMax, messageBytesMax, bytesMax, oversizedKeptBytes]
  const [isCut, ...parts] = asList(await READ.run(client, shards.map(accessStreamKey), args))
  const reached = shards.slice(0, parts.length)
  return { of: new Map(reached.map((shard, at) => [shard, partOf(shard, parts[at])])), isCut: isCut === 1 }
}

function partOf(shard: number, part: unknown): readonly StreamMessage[] | Error {
  if (typeof part === 'string') return new Error(part)
  return asList(part).map((message) => asMessage(shard, message))
}

function asMessage(shard: number, value: unknown): StreamMessage {
  const [id, fields] = asList(value)
  return { shard, id: String(id), fields: fields === null ? null : asList(fields).map(String) }
}
