import type { Logger } from '@protectmyapi/service-kit/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis'
import type { DrainState } from '../telemetry/management-measures.js'
import {
  type AccessStream,
  ALL_SHARDS,
  accessStream,
  isGroupGone,
  readFrom,
  type StreamMessage,
} from './access-streams.js'

/** The streams of all shards. What fails for one shard holds up no other; what fails for all is thrown. */
export interface AllStreams {
  prepare(): Promise<void>
  /** Makes groups anew where a flush took them. */
  read(which: 'new' | 'own', countMax: number): Promise<readonly StreamMessage[]>
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

  async function each<Answer>(work: (stream: AccessStream) => Promise<Answer>): Promise<readonly Answer[]> {
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

  async function readEach(which: 'new' | 'own', countMax: number): Promise<readonly StreamMessage[]> {
    const read = await each(async (stream) => {
      try {
        return await stream.read(which, countMax)
      } catch (thrown) {
        if (!isGroupGone(thrown)) throw thrown
        await stream.prepare()
        // Flushed once more: the next read makes it.
        return stream.read(which, countMax).catch(noneWithoutGroup)
      }
    })
    return read.flat()
  }

  return {
    prepare: async () => void (await each((stream) => stream.prepare())),
    async read(which, countMax) {
      // A command of a cluster touches one slot, and shards lie in many.
      if (client.isCluster) return readEach(which, countMax)
      try {
        return await readFrom(client, consumer, { shards: ALL_SHARDS, which, countMax })
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown
        return readEach(which, countMax)
      }
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

/** Redis answered, and refused: for the sake of one shard, it may be. */
const isRefusal = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'ReplyError'
