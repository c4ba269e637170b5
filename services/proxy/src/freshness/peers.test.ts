import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { CURRENT_PROXY } from '@protectmyapi/service-kit/redis/redis-keys'
import type { RedisLink } from '../redis/redis-link.js'
import { linkedRedis } from '../test/linked-redis.js'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { NO_PEERS, watchPeers } from './peers.js'

describe('a proxy past its horizon', () => {
  /** A link to a Redis that answers each read like this. It passes on what the read throws, as the real one does. */
  function start(getrange: () => Promise<string>) {
    const time = manualTime()
    const asked: unknown[][] = []
    const failures: unknown[] = []
    const lines: unknown[][] = []
    const client = {
      getrange: (...args: unknown[]) => {
        asked.push(args)
        return getrange()
      },
    }
    const use = (work: (one: typeof client) => Promise<unknown>) =>
      work(client).catch((err: unknown) => {
        failures.push(err)
        throw err
      })
    const redis = { isUsable: () => true, use } as unknown as Pick<RedisLink, 'isUsable' | 'use'>
    const log = Object.assign(silentLog(), { debug: (...line: unknown[]) => void lines.push(line) })
    const peers = watchPeers({ redis, bootId: 'boot_a', isCurrent: () => false, schedule: time.schedule, log })
    const look = async (): Promise<void> => {
      time.advance(2_000)
      await new Promise(setImmediate)
    }
    return { peers, look, asked, failures, lines }
  }

  it('knows of no current proxy before its first look at Redis, and reads 64 bytes there at most', async () => {
    const { peers, look, asked } = start(async () => 'boot_b')
    expect(peers.anotherIsCurrent()).toBe(false)
    await look()
    expect(peers.anotherIsCurrent()).toBe(true)
    expect(asked).toEqual([[CURRENT_PROXY.key, 0, 63]])
  })

  it('knows of no current proxy once a look at Redis fails, and logs that', async () => {
    const cut = new Error('the connection was cut')
    const answers = [async () => 'boot_b', async () => Promise.reject(cut)]
    const { peers, look, failures, lines } = start(async () => (await answers.shift()?.()) ?? '')
    await look()
    expect(peers.anotherIsCurrent()).toBe(true)
    await look()
    expect([peers.anotherIsCurrent(), failures]).toEqual([false, [cut]])
    expect(lines).toEqual([[{ err: cut }, 'it is not known whether other proxies are current']])
  })

  it('takes a refusal by Redis as the answer that no other is current, not as a failed connection', async () => {
    const refusal = Object.assign(new Error('WRONGTYPE'), { name: 'ReplyError' })
    const { peers, look, failures, lines } = start(() => Promise.reject(refusal))
    await look()
    expect([peers.anotherIsCurrent(), failures, lines]).toEqual([false, [], []])
  })

  it('knows of no current proxy if it has no Redis', () => {
    expect(NO_PEERS.anotherIsCurrent()).toBe(false)
    expect(NO_PEERS.stop()).toBeUndefined()
  })
})

describeWithRedis('proxies past their horizon', () => {
  const atEnd = closeAfterEach()

  async function start(...bootIds: readonly string[]) {
    const { server, redis } = await linkedRedis(atEnd)
    await until(() => redis.isUsable() || undefined)
    const proxies = bootIds.map((bootId) => {
      const time = manualTime()
      const self = { bootId, isCurrent: true }
      const isCurrent = (): boolean => self.isCurrent
      const peers = watchPeers({ redis, bootId, isCurrent, schedule: time.schedule, log: silentLog() })
      atEnd(() => peers.stop())
      /** One look and its answer: commands of one connection are answered in order. */
      const look = async (): Promise<void> => {
        time.advance(2_000)
        await redis.use((one) => one.ping())
      }
      return Object.assign(self, { peers, look })
    })
    return { server, redis, proxies }
  }

  it('step aside while another is current, and come back once they are current themselves', async () => {
    const { proxies } = await start('boot_a', 'boot_b')
    const [a, b] = proxies
    for (const proxy of proxies) await proxy.look()
    if (a) a.isCurrent = false
    for (const proxy of [a, b, a]) await proxy?.look()
    expect(proxies.map(({ peers }) => peers.anotherIsCurrent())).toEqual([true, false])
    if (a) a.isCurrent = true
    await a?.look()
    expect(a?.peers.anotherIsCurrent()).toBe(false)
  })

  it('never all step aside: the last to write stays, and the others come back once what it wrote is gone', async () => {
    const { server, proxies } = await start('boot_a', 'boot_b', 'boot_c')
    for (const proxy of proxies) await proxy.look()
    for (const proxy of proxies) proxy.isCurrent = false
    for (const proxy of proxies) await proxy.look()
    expect(proxies.map(({ peers }) => peers.anotherIsCurrent())).toEqual([true, true, false])
    const leftMs = Number(await server.ask('PTTL', CURRENT_PROXY.key))
    expect(leftMs > 0 && leftMs <= CURRENT_PROXY.lifeMs).toBe(true)
    await server.ask('DEL', CURRENT_PROXY.key)
    for (const proxy of proxies) await proxy.look()
    expect(proxies.map(({ peers }) => peers.anotherIsCurrent())).toEqual([false, false, false])
  })

  it('do not step aside for a key that holds no string, nor while Redis is away', async () => {
    const { server, redis, proxies } = await start('boot_a', 'boot_b')
    const [a, b] = proxies
    if (a) a.isCurrent = false
    await server.ask('LPUSH', CURRENT_PROXY.key, 'boot_b')
    await a?.look()
    expect([a?.peers.anotherIsCurrent(), redis.isUsable()]).toEqual([false, true])
    for (const proxy of [b, a]) await proxy?.look()
    expect(a?.peers.anotherIsCurrent()).toBe(true)
    await server.drop()
    await until(() => (a?.peers.anotherIsCurrent() ? undefined : true))
  })
})
