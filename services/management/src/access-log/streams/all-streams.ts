import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import type { DrainState } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { type AccessStream, ALL_SHARDS, accessStream, isGroupGone, type StreamMessage } from './access-streams.js'
import { type ReadAnswer, type ReadOptions, readStreams } from './read-streams.js'

const LIMITS = ACCESS_LOG_LIMITS.stream

/** The streams of all shards. What fails for one shard holds up no other; what fails for all is thrown. */
export interface AllStreams {
  prepare(): Promise<void>
  /** Makes groups anew where a flush took them. `isMore` where there may be more, and some of it owed. */
  read(
    which: ReadOptions['which'],
    countMax: number,
  ): Promise<{ readonly messages: readonly StreamMessage[]; readonly isMore: boolean }>
  /** Answers the most that was taken over in one shard. */
  claim(idleMs: number, countMax: number): Promise<number>
  /** @throws where it fails for any shard. */
  settle(messages: readonly StreamMessage[]): Promise<void>
  removeSilent(idleMs: number): Promise<void>
}

interface Deps {
  readonly client: RedisClient
  /** Of this process start alone. */
  readonly consumer: string
  readonly log: Logger
  readonly state: Pick<DrainState, 'streamsAway'>
}

export function allStreams({ client, consumer, log, state }: Deps): AllStreams {
  const streams = ALL_SHARDS.map((shard) => accessStream(client, consumer, shard))
  let isTold = false
  /** Where the next read begins: after the shard that filled the last one, so that none of them keeps the others waiting. */
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
      // A command of a cluster touches one slot, and shards lie in many.
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

/** After a flush there is nothing to be had; the next read makes the group. */
function noneWithoutGroup(thrown: unknown): [] {
  if (isGroupGone(thrown)) return []
  throw thrown
}
