import { afterEach, beforeAll, expect, it } from '@jest/globals'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { connectRedis, type RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { silentLog } from '../test/silent-log.js'

const SLOTS = 16_384

describeWithRedis('the password of Redis', () => {
  let redis: TestRedis
  let client: RedisClient
  /** What the file says; undefined where it cannot be read. */
  let file: string | undefined
  let refusals: number
  let node: Promise<TestRedis>
  // It takes two seconds until the node serves, so it starts while other tests run.
  beforeAll(() => {
    node = startNode()
  })
  afterEach(async () => {
    client.disconnect()
    await redis.drop()
  })

  async function connect({ username }: { username?: string } = {}): Promise<void> {
    redis = await startTestRedis({ password: 'first' })
    if (username !== undefined) await redis.ask('ACL', 'SETUSER', username, 'on', '>first', '~*', '+@all')
    await connectTo(redis, { username, cluster: false })
  }

  async function connectTo(
    { host, port }: TestRedis,
    target: { username: string | undefined; cluster: boolean },
  ): Promise<void> {
    file = 'first'
    refusals = 0
    const password = (): string => {
      if (file === undefined) throw new Error('no such file')
      return file
    }
    client = connectRedis({ ...redisTarget({ host, port }), password, ...target }, 'test', silentLog())
    client.on('error', (err: Error) => {
      if (/^(WRONGPASS|NOAUTH)/.test(err.message)) refusals += 1
    })
    await until(ping)
  }

  const ping = () =>
    client.ping().then(
      () => true as const,
      () => undefined,
    )

  /** Forces a new connection: with the current password, closes all open ones, then waits until a new one answers. */
  async function connectAnew(known: string): Promise<true> {
    const one = await askRedis({ ...redis, password: known }, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    expect(Number(one)).toBeGreaterThan(0)
    return until(ping)
  }

  const setInRedis = (known: string, password: string) =>
    askRedis({ ...redis, password: known }, 'CONFIG', 'SET', 'requirepass', password)

  it('can be rotated while services run: first in the file, and in Redis at any later time', async () => {
    await connect()
    file = 'second'
    await connectAnew('first')
    await setInRedis('first', 'second')
    // Open connections stay, so the change itself causes no refused command.
    expect(await client.ping()).toBe('PONG')
    await connectAnew('second')
    file = 'third'
    await connectAnew('second')
  })

  it('is refused when it was changed in Redis first, until the file is written', async () => {
    await connect()
    await setInRedis('first', 'second')
    await askRedis({ ...redis, password: 'second' }, 'CLIENT', 'KILL', 'TYPE', 'normal')
    await until(() => (refusals > 0 ? true : undefined))
    expect(await ping()).toBeUndefined()
    file = 'second'
    await until(ping)
  })

  it.each([
    [undefined, 0],
    ['garbage', 1],
  ])('stays in use when its file cannot be read or holds a wrong one: %s', async (text, tries) => {
    await connect()
    file = text
    await connectAnew('first')
    expect(refusals).toBe(tries)
  })

  it('of a user is rotated without a refused connection when Redis takes both passwords for a while', async () => {
    await connect({ username: 'pma' })
    await redis.ask('ACL', 'SETUSER', 'pma', '>second')
    file = 'second'
    await connectAnew('first')
    await redis.ask('ACL', 'SETUSER', 'pma', '<first')
    await connectAnew('first')
    expect(await askRedis({ ...redis, password: 'first' }, 'ACL', 'WHOAMI')).toBe('default')
    expect(refusals).toBe(0)
  })

  it('is rotated on a node of a cluster as well', async () => {
    redis = await node
    await connectTo(redis, { username: undefined, cluster: true })
    await setInRedis('first', 'second')
    file = 'second'
    await connectAnew('second')
  })
})

/** A cluster of one master. */
async function startNode(): Promise<TestRedis> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' }
  const node = await startTestRedis({ password: 'first', settings })
  await node.ask('CLUSTER', 'ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => String(slot)))
  return node
}
