import type { Clock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { SHARDS } from '@protectmyapi/service-kit/redis/redis-keys'
import { type ManagementMeasures, NO_MEASURES } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { tellSetAside } from '../store/set-aside.js'
import { publishWatermarks, type StreamMessage } from './access-streams.js'
import { allStreams } from './all-streams.js'
import { createLagWatch } from './lag-watch.js'
import { type ReadMessage, readMessage } from './read-message.js'
import { storeMessages } from './store-messages.js'

const LIMITS = ACCESS_LOG_LIMITS.stream

/** One consumer of the group `drain`. Managements share the work; each process start is a consumer of its own. */
export interface StreamDrain {
  /** Makes the groups. */
  prepare(): Promise<void>
  /**
   * Reads, stores, and then acknowledges. Returns whether there is more at once. After any failure it begins with what
   * it was handed and has not acknowledged: that may be stored twice, but is in the log once.
   */
  pass(): Promise<boolean>
  /** Takes over what dead consumers left, for the next passes. Returns whether there may be more. */
  claim(idleMs?: number): Promise<boolean>
  /** Forgets consumers that hold nothing and have been silent. */
  removeSilent(idleMs?: number): Promise<void>
}

interface Deps {
  readonly db: Knex
  readonly client: RedisClient
  readonly clock: Clock
  readonly log: Logger
  readonly measures?: Pick<ManagementMeasures, 'drain' | 'drained' | 'setAside'>
}

/** Each function throws what Redis or Postgres throws. */
export function createStreamDrain({ db, client, clock, log, measures = NO_MEASURES }: Deps): StreamDrain {
  const streams = allStreams({ client, consumer: newId('boot'), log, state: measures.drain })
  const lag = createLagWatch(clock, log, measures.drain)
  let isOwing = false
  let countMax = fewest()

  async function pass(): Promise<boolean> {
    const which = isOwing ? 'own' : 'new'
    // Holds until the end of this pass, because a failure below or a lost answer leaves something owed.
    isOwing = true
    const { messages, isMore } = await streams.read(which, countMax)
    if (which === 'new') lag.look(messages)
    const isFull = adapt(messages)
    for (const batch of batchesOf(messages)) await finish(batch)
    isOwing = isMore || (which === 'own' && messages.length > 0)
    return isFull || isMore || which === 'own'
  }

  /** If few shards have much to read, reads more of each at once. Returns whether one may hold more. */
  function adapt(messages: readonly StreamMessage[]): boolean {
    const counts = new Map<number, number>()
    let words = 0
    for (const { shard, fields } of messages) {
      counts.set(shard, (counts.get(shard) ?? 0) + 1)
      words += fields?.length ?? 0
    }
    const isFull = Math.max(0, ...counts.values()) >= countMax
    const entriesPerMessage = Math.max(1, words / 2 / Math.max(1, messages.length))
    const most = Math.min(LIMITS.messagesMax, LIMITS.entriesPerRead / entriesPerMessage)
    countMax = isFull ? Math.max(1, Math.min(countMax * 2, Math.ceil(most / counts.size))) : fewest()
    return isFull
  }

  async function finish(batch: readonly ReadMessage[]): Promise<void> {
    const drained = await storeMessages(db, batch)
    measures.drained.up('stream', drained.taken)
    measures.setAside.up('entry', drained.setAside.length)
    tellSetAside(log, drained.setAside)
    await Promise.all([
      publishWatermarks(client, drained.watermarks),
      streams.settle(batch.map(({ message }) => message)),
    ])
  }

  return {
    prepare: () => streams.prepare(),
    async pass() {
      try {
        return await pass()
      } catch (thrown) {
        countMax = fewest()
        throw thrown
      }
    },
    async claim(idleMs = LIMITS.claimIdleMs) {
      const claimed = await streams.claim(idleMs, LIMITS.claimMax)
      if (claimed > 0) isOwing = true
      return claimed >= LIMITS.claimMax
    },
    removeSilent: (idleMs = LIMITS.silentMs) => streams.removeSilent(idleMs),
  }
}

const fewest = (): number => Math.ceil(LIMITS.messagesMax / SHARDS)

function* batchesOf(messages: readonly StreamMessage[]): Generator<readonly ReadMessage[]> {
  let batch: ReadMessage[] = []
  let entries = 0
  for (const message of messages) {
    const read = readMessage(message)
    batch.push(read)
    entries += read.entries.length + read.setAside.length
    if (entries < LIMITS.entriesPerBatch) continue
    yield batch
    batch = []
    entries = 0
  }
  if (batch.length > 0) yield batch
}
