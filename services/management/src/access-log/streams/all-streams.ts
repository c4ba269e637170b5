import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import type { DrainState } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { type AccessStream, ALL_SHARDS, accessStream, isGroupGone, type StreamMessage } from './access-streams.js'
import { type ReadAnswer, type ReadOptions, readStreams } from './read-streams.js'

const LIMITS = ACCESS_LOG_LIMITS.stream

/** The streams of all shards. A failure of one shard holds up no other; a failure of all is thrown. */
export interface AllStreams {
  prepare(): Promise<void>
  /**
   * Makes a group again if a flush took it. `isMore`: there may be more, and this consumer may have been handed some of
   * it.
   */
  read(
    which: ReadOptions['which'],
    countMax: number,
  ): Promise<{ readonly messages: readonly StreamMessage[]; readonly isMore: boolean }>
  /** Returns the highest number of messages taken over in one shard. */
  claim(idleMs: number, countMax: number): Promise<number>
  /** @throws if it fails for any shard. */
  settle(messages: readonly StreamMessage[]): Promise<void>
  removeSilent(idleMs: number): Promise<void>
}

interface Deps {
  readonly client: RedisClient
  /** Unique to this process start. */
  readonly consumer: string
  readonly log: Logger
  readonly state: Pick<DrainState, 'streamsAway'>
}

export function allStreams({ client, consumer, log, state }: Deps): AllStreams {
  const streams = ALL_SHARDS.map((shard) => accessStream(client, consumer, shard))
  let isTold = false
  /**
   * The shard that the next read begins with: the one after the shard that filled the last read, so that none keeps the
   * others waiting.
   */
  let firstShard = 0

  async function each<Answer>(
    work: (stream: AccessStream, shard: number) => Promise<Answer>,
  ): Promise<readonly Answer[]> {
    const settled = await Promise.allSettled(streams.map(work))
    const failed = settled.flatMap((one, shard) => (one.status === 'rejected' ? [{ shard, err: one.reason }] : []))
    const [first] = failed
    if (first !== undefined && failed.length === streams.length) throw first.err
    if (first !== undefined && !isTold)
      log.warn({ err: first.err, shards: failed.map(({ shard }) => shard) }, 'some access streams are not drained')
    isTold = first !== undefined
    state.streamsAway = failed.length
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  async function readTogether(which: ReadOptions['which'], countMax: number): Promise<ReadAnswer> {
    const shards = [...ALL_SHARDS.slice(firstShard), ...ALL_SHARDS.slice(0, firstShard)]
    const answer = await readStreams(client, consumer, { shards, which, countMax, bytesMax: LIMITS.answerBytesMax })
    firstShard = (firstShard + answer.of.size) % shards.length
    return answer
  }

  function readAlone(shard: number, which: ReadOptions['which'], countMax: number): Promise<ReadAnswer> {
    const bytesMax = LIMITS.shardAnswerBytesMax
    return readStreams(client, consumer, { shards: [shard], which, countMax, bytesMax })
  }

  return {
    prepare: async () => void (await each((stream) => stream.prepare())),
    async read(which, countMax) {
      // In a cluster a command touches one slot, and the shards lie in many.
      const together = client.isCluster ? undefined : await readTogether(which, countMax)
      let isMore = false
      const read = await each(async (stream, shard) => {
        const { of, isCut } = together ?? (await readAlone(shard, which, countMax))
        isMore ||= isCut
        const found = of.get(shard) ?? []
        if (!(found instanceof Error)) return found
        if (!isGroupGone(found)) throw found
        await stream.prepare()
        isMore = true
        return []
      })
      return { messages: read.flat(), isMore }
    },
    async claim(idleMs, countMax) {
      const claimed = await each((stream) => stream.claim(idleMs, countMax).catch(noneWithoutGroup))
      return Math.max(0, ...claimed.flat())
    },
    async settle(messages) {
      const idsOf = new Map<number, string[]>()
      for (const { shard, id } of messages) {
        const ids = idsOf.get(shard)
        if (ids === undefined) idsOf.set(shard, [id])
        else ids.push(id)
      }
      await Promise.all([...idsOf].map(([shard, ids]) => streams[shard]?.settle(ids)))
    },
    removeSilent: async (idleMs) => void (await each((stream) => stream.removeSilent(idleMs))),
  }
}

/** After a flush there is nothing to take over; the next read makes the group. */
function noneWithoutGroup(thrown: unknown): [] {
  if (isGroupGone(thrown)) return []
  throw thrown
}
