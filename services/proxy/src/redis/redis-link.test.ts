import { expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/describe-with-redis'
import { startTestRedis, type TestRedisOptions } from '@protectmyapi/dev-kit/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { createRedisLink, RedisAway, RedisFailed } from './redis-link.js'

describeWithRedis('the link to Redis', () => {
  const atEnd = closeAfterEach()

  async function start(options: TestRedisOptions = {}) {
    const redis = await startTestRedis(options)
    atEnd(() => redis.drop())
    const lines: { level: string; message: string; fields: object }[] = []
    const line = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields })
    const log = Object.assign(silentLog(), { warn: line('warn'), error: line('error'), info: line('info') })
    const client = await connectTestRedis(redisTarget(redis))
    const time = manualTime()
    const link = createRedisLink({ client, schedule: time.schedule, log })
    atEnd(() => link.close())
    /** Looks until it is found fit, or says that it is not. */
    const looked = (redisIs: 'fit' | 'unfit') =>
      until(() => {
        time.advance(100)
        const isDone = redisIs === 'fit' ? link.isUsable() : lines.some(({ level }) => level === 'error')
        return isDone || undefined
      })
    return { redis, link, lines, time, looked }
  }

  it('is used after a look that finds it fit, and says that it keeps no append-only file', async () => {
    const { link, lines, looked } = await start({ password: 'a@/?%b' })
    await expect(link.use((client) => client.ping())).rejects.toBeInstanceOf(RedisAway)
    await looked('fit')
    expect(await link.use((client) => client.ping())).toBe('PONG')
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info'])
  })

  it('is refused where Redis may evict: access records would go first', async () => {
    const { link, lines, looked, redis, time } = await start({ settings: { 'maxmemory-policy': 'allkeys-lru' } })
    await looked('unfit')
    expect(link.isUsable()).toBe(false)
    time.advance(10_000)
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ fields: { why: expect.stringContaining('set it to noeviction') } }),
    ])
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await looked('fit')
  })

  it('turns everybody away after one failure, without a word of the command’s arguments', async () => {
    const { link, lines, looked, redis } = await start()
    await looked('fit')
    let told = 0
    link.onAway(() => {
      told += 1
    })
    const failure = link.use((client) => client.call('SET', 'k', 'sk-planted', 'NONSENSE'))
    await expect(failure).rejects.toBeInstanceOf(RedisFailed)
    await expect(link.use((client) => client.ping())).rejects.toBeInstanceOf(RedisAway)
    expect(told).toBe(1)
    expect(
      JSON.stringify(lines.map(({ fields }) => Object.entries(fields).map(([, value]) => ({ ...value })))),
    ).not.toContain('sk-planted')
    await looked('fit')
    await redis.kill()
    await until(() => (link.isUsable() ? undefined : true))
    expect(told).toBe(2)
    await redis.restart()
    await looked('fit')
  })
})
