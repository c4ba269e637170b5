import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import type { RedisLink } from '../redis/redis-link.js'
import { type FakeVault, startFakeVault } from '../test/fake-vault.js'
import { fresh } from '../test/fresh.js'
import { manualTime } from '../test/manual-time.js'
import { memorySealedLeases } from '../test/memory-sealed-leases.js'
import { sharingProxies } from '../test/sharing-proxies.js'
import { silentLog } from '../test/silent-log.js'
import { buildLeases } from './build-leases.js'

const KEY = { dataKeyId: 'key_1', dataKeyVersion: 1, hour: 1, key: Buffer.alloc(32, 7), sealsForMs: 3_600_000 }

describeWithRedis('the proxy’s leases, over gRPC and a real Redis', () => {
  let server: TestRedis
  let client: RedisClient
  let vault: FakeVault
  const time = manualTime()
  beforeAll(async () => {
    server = await startTestRedis()
    client = await connectTestRedis(redisTarget(server))
    vault = await startFakeVault((versionId) => {
      const [, secret = ''] = versionId.split('_')
      const bindings = { origins: ['https://api.example.com'], placements: [{ header: 'authorization' }], services: [] }
      const life = { lifeMs: 300_000, notAfterMs: time.clock.wallMs() + 300_000 }
      const value = Buffer.from(`value of ${versionId}`)
      return { lease: { secretId: `sec_${secret}`, versionId, generation: 1, value, bindings, ...life } }
    }, KEY)
  })
  afterAll(async () => {
    client.disconnect()
    await server.drop()
    await vault.close()
  })

  const proxy = (redis: Pick<RedisLink, 'use'> | null) =>
    buildLeases({
      vault: vault.client,
      redis,
      keeper: fresh(time).keeper,
      clock: time.clock,
      schedule: time.schedule,
      log: silentLog(),
      forgetRoute: () => {},
    })
  const { route } = sharingProxies(memorySealedLeases)
  const routeOf = (name: string) => route([name], { notAfter: time.clock.monotonicMs() + 300_000 })

  it('are shared: a second proxy warm to the organization takes one without asking the vault', async () => {
    const [a, b] = [proxy({ use: (ask) => ask(client) }), proxy({ use: (ask) => ask(client) })]
    await b.lease(routeOf('z1'))
    await a.lease(routeOf('a1'))
    await until(async () => ((await client.dbsize()) === 2 ? true : undefined))
    const before = vault.asked.length
    expect((await b.lease(routeOf('a1'))).get('sec_a')?.value.reveal()).toBe('value of ver_a_1')
    expect(vault.asked).toHaveLength(before)
    a.close()
    b.close()
  })

  it('come from the vault while Redis is away, and when there is no Redis', async () => {
    const away = proxy({ use: () => Promise.reject(new Error('away')) })
    await away.lease(routeOf('a1'))
    expect((await away.lease(routeOf('b1'))).size).toBe(1)
    expect((await proxy(null).lease(routeOf('a1'))).size).toBe(1)
    away.close()
  })

  it('leave no timer behind once they are closed', () => {
    const before = time.timers
    proxy({ use: (ask) => ask(client) }).close()
    expect(time.timers).toBe(before)
  })
})
