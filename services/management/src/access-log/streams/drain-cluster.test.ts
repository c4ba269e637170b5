import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startCluster } from '@protectmyapi/dev-kit/redis/redis-cluster'
import type { TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { accessStreamKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { type MigratedDatabase, migratedDatabase } from '../../test/migrated-database.js'
import { drainAll, SILENT, type StreamProxy, streamProxy } from '../../test/stream-harness.js'
import { tendPartitions } from '../store/tend-partitions.js'
import { createStreamDrain, type StreamDrain } from './drain-streams.js'

describeWithRedis('the drain of a cluster', () => {
  let masters: readonly TestRedis[]
  let client: RedisClient
  let database: MigratedDatabase
  let drain: StreamDrain

  beforeAll(async () => {
    masters = await startCluster()
    const [first] = masters
    if (first === undefined) throw new Error('a cluster of nobody')
    client = await connectTestRedis({ ...redisTarget(first), cluster: true })
    database = await migratedDatabase()
    await tendPartitions(database.db, 90)
    drain = createStreamDrain({ db: database.db, client, clock: systemClock, log: SILENT })
  }, 60_000)
  afterAll(async () => {
    client?.disconnect()
    await Promise.all(masters.map((master) => master.drop()))
    await database.close()
  })

  const counted = async ({ bootId }: StreamProxy): Promise<number> =>
    (await database.db('access_log').where({ boot_id: bootId }).select('sequence')).length

  /** Whether this master holds this shard's stream. */
  const isWith = async (master: TestRedis | undefined, shard: number): Promise<boolean> => {
    const slot = await master?.ask('CLUSTER', 'KEYSLOT', accessStreamKey(shard))
    return Number(await master?.ask('CLUSTER', 'COUNTKEYSINSLOT', String(slot))) > 0
  }

  it('empties the shards of every master, sets aside messages that are too long, and copies the watermarks', async () => {
    await drain.prepare()
    const proxies = [0, 1, 2, 3, 20, 40, 63].map((shard) => streamProxy(client, shard))
    for (const proxy of proxies) await proxy.add(proxy.entry(1), proxy.entry(2))
    const addLong = (shard: number, bytes: number) =>
      client.xadd(accessStreamKey(shard), '*', 'boot', newId('boot'), 'entry', 'x'.repeat(bytes))
    await addLong(20, 2 * 1024 * 1024)
    // Two of these messages exceed the bound of a shard's answer.
    for (let count = 0; count < 3; count += 1) await addLong(21, 600_000)
    expect(await drain.pass()).toBe(true)
    expect(await client.xlen(accessStreamKey(21))).toBe(1)
    await drainAll(drain)
    expect(await database.db('access_set_aside').orderBy('shard').select('shard', 'reason')).toEqual([
      { shard: 20, reason: 'oversized' },
      ...new Array(3).fill({ shard: 21, reason: 'out-of-shape' }),
    ])
    await drain.claim(0)
    await drain.removeSilent(0)
    for (const proxy of proxies) expect([await counted(proxy), await proxy.mark()]).toEqual([2, 2])
  })

  it('goes on with the shards of all other masters when one master is away', async () => {
    const proxies = Array.from({ length: 64 }, (_, shard) => streamProxy(client, shard))
    for (const proxy of proxies) await proxy.add(proxy.entry(1))
    const away = await Promise.all(proxies.map((_, shard) => isWith(masters[2], shard)))
    expect(new Set(away)).toEqual(new Set([true, false]))
    await masters[2]?.kill()
    await drain.pass()
    expect(await Promise.all(proxies.map(counted))).toEqual(away.map((isAway) => (isAway ? 0 : 1)))
  })
})
