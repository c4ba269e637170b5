import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { accessStreamKey, watermarkKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { createStreamDrain, type StreamDrain } from '../access-log/streams/drain-streams.js'
import { accessEntry } from './access-entries.js'
import { migratedDatabase } from './migrated-database.js'

/** A Redis and a Postgres, and the drain between them. */
export interface StreamHarness {
  readonly db: Knex
  readonly redis: TestRedis
  readonly client: RedisClient
  /** A management's drain, with another client or database if the test gives one. */
  drain(change?: { db?: Knex; client?: RedisClient }): StreamDrain
  close(): Promise<void>
}

export const SILENT = createLogger('test', 'silent')

export async function streamHarness(): Promise<StreamHarness> {
  const [database, redis] = await Promise.all([migratedDatabase(), startTestRedis()])
  const client = await connectTestRedis(redisTarget(redis))
  const { db } = database
  await tendPartitions(db, 90)
  return {
    db,
    redis,
    client,
    drain: (change) => createStreamDrain({ db, client, clock: systemClock, log: SILENT, ...change }),
    async close() {
      client.disconnect()
      await Promise.all([redis.drop(), database.close()])
    },
  }
}

/** One process start of a proxy, as the streams see it. */
export interface StreamProxy {
  readonly bootId: string
  readonly organizationId: string
  entry(sequence: number, change?: Partial<AccessEntry__Output>): AccessEntry__Output
  /** Adds one message with these entries. */
  add(...entries: readonly AccessEntry__Output[]): Promise<void>
  /** The proxy's drained watermark in Redis, or null if there is none. */
  mark(): Promise<number | null>
}

export function streamProxy(client: RedisClient, shard = 3): StreamProxy {
  const bootId = newId('boot')
  const organizationId = newId('organization')
  return {
    bootId,
    organizationId,
    entry: (sequence, change) => accessEntry({ organizationId, shard, sequence, ...change }),
    async add(...entries) {
      const fields = entries.flatMap((entry) => ['entry', writeEntryText(entry)])
      await client.xadd(accessStreamKey(shard), '*', 'boot', bootId, ...fields)
    },
    async mark() {
      const held = await client.get(watermarkKey(shard, bootId))
      return held === null ? null : Number(held)
    },
  }
}

/** Drains until nothing is left. */
export async function drainAll(drain: StreamDrain): Promise<void> {
  while (await drain.pass());
}
