import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { systemClock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { connectRedis } from '@protectmyapi/service-kit/redis/redis'
import { accessStreamKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { createEarlySnapshot } from '../../export/early-snapshot.js'
import { createExportSlots } from '../../export/export-slots.js'
import { createCommitChange } from '../../feed/commit-change.js'
import { createWaitUntilSeen } from '../../feed/wait-until-seen.js'
import { type MigratedDatabase, migratedDatabase } from '../../test/migrated-database.js'
import { streamProxy } from '../../test/stream-harness.js'
import { buildAccessLog } from '../build-access-log.js'

describeWithRedis('management with Redis', () => {
  let database: MigratedDatabase
  let db: Knex
  const ends: (() => Promise<void> | void)[] = []

  beforeAll(async () => {
    database = await migratedDatabase()
    db = database.db
  })
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
    await database.close()
  })

  async function redisOf(settings: Record<string, string> = {}): Promise<TestRedis> {
    const redis = await startTestRedis({ settings })
    ends.push(() => redis.drop())
    return redis
  }

  /** The access log as management builds it. */
  function run(at: Pick<TestRedis, 'host' | 'port'>): { logged: () => string; stop: () => Promise<void> } {
    const { log, text: logged } = memoryLog('info')
    const redis = connectRedis(redisTarget(at), 'test', log)
    const clock = systemClock
    const commitChange = createCommitChange({
      db,
      waitUntilSeen: createWaitUntilSeen({ db, clock, sleep: async () => {} }),
    })
    const exports = {
      db,
      commitChange,
      slots: createExportSlots('exports'),
      clock,
      snapshot: createEarlySnapshot({ db, clock }, 'exports'),
    }
    const accessLog = buildAccessLog({ ...exports, log, redis, retentionDays: 90 })
    accessLog.start()
    const stop = async (): Promise<void> => {
      await accessLog.stop()
      redis.disconnect()
    }
    ends.push(stop)
    return { logged, stop }
  }

  async function recorded(redis: TestRedis, sequence = 1): Promise<() => Promise<true | undefined>> {
    const client = await connectTestRedis(redisTarget(redis))
    const proxy = streamProxy(client)
    for (let at = 1; at <= sequence; at++) await proxy.add(proxy.entry(at))
    client.disconnect()
    return async () => {
      const rows = await db('access_log').where({ boot_id: proxy.bootId }).select('sequence')
      return rows.length === sequence ? true : undefined
    }
  }

  it('drains by itself, and goes on once Redis is back after an outage', async () => {
    const redis = await redisOf()
    run(redis)
    await until(await recorded(redis))
    await redis.kill()
    await redis.restart()
    await until(await recorded(redis, 3))
  })

  it('starts without Redis, empties the inbox all the same, and stops without Redis', async () => {
    const { logged, stop } = run({ host: '127.0.0.1', port: await freePort() })
    await db('access_inbox').insert({
      boot_id: 'boot_x',
      shard: 1,
      sequence: 1,
      kind: 'void',
      at: new Date(),
      request_id: 'req_1',
      organization_id: 'org_1',
      entry: {},
    })
    await until(async () => ((await db('access_log').where({ boot_id: 'boot_x' }).first()) ? true : undefined))
    await until(() => (logged().includes('the drain of the access streams failed') ? true : undefined))
    await stop()
  })

  it('refuses a Redis that may evict, naming maxmemory-policy, and drains once the policy is noeviction', async () => {
    const redis = await redisOf({ 'maxmemory-policy': 'allkeys-lru' })
    const isDrained = await recorded(redis)
    const { logged } = run(redis)
    await until(() => (/"level":"error".*maxmemory-policy is allkeys-lru/.test(logged()) ? true : undefined))
    expect(await isDrained()).toBeUndefined()
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await until(isDrained)
    expect(logged().match(/not append-only/g)).toHaveLength(1)
  })

  it('drains a Redis that is full', async () => {
    const redis = await redisOf()
    const isDrained = await recorded(redis, 3)
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1')
    run(redis)
    await until(isDrained)
    await until(async () => ((await redis.ask('XLEN', accessStreamKey(3))) === '0' ? true : undefined))
  })
})
