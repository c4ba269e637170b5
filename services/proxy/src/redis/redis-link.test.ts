import { expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis, type TestRedisOptions } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import type { Schedule } from '../freshness/schedule.js'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { createRedisLink, RedisAway, RedisFailed } from './redis-link.js'
import { tryWrites } from './try-writes.js'

/** Divides the times that the tests let pass. */
const STEP_MS = 250
/** A slow answer here means a busy machine, not a Redis that is away. */
const PATIENT_MS = 10_000
const AWAY = 'warn Redis is away'
const IN_USE = 'info Redis is in use'

describeWithRedis('the link to Redis', () => {
  const atEnd = closeAfterEach()

  async function start(options: TestRedisOptions = {}) {
    const redis = await startTestRedis(options)
    atEnd(() => redis.drop())
    const lines: { level: string; message: string; fields: object }[] = []
    const line = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields })
    const log = Object.assign(silentLog(), { warn: line('warn'), error: line('error'), info: line('info') })
    const client = await connectTestRedis(redisTarget(redis))
    Object.assign(client.options, { commandTimeout: PATIENT_MS })
    const time = manualTime()
    const makeLink = (schedule = time.schedule) => createRedisLink({ client, clock: time.clock, schedule, log })
    const link = makeLink()
    atEnd(() => link.close())
    /** Lets time pass, and looks that fall due meanwhile be answered: INFO, a script by its digest, the script. */
    async function pass(ms: number, each: () => unknown = () => undefined): Promise<void> {
      for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
        time.advance(STEP_MS)
        for (let answers = 0; answers < 5; answers += 1) await client.ping()
        await each()
      }
    }
    /** Lets time pass until Redis is found fit, or is logged as unfit. */
    const looked = (redisIs: 'fit' | 'unfit') =>
      until(() => {
        time.advance(100)
        const isDone = redisIs === 'fit' ? link.isUsable() : lines.some(({ level }) => level === 'error')
        return isDone || undefined
      })
    /** Brings the link to the state of having been in use for long. */
    async function lasting(): Promise<void> {
      await looked('fit')
      await pass(6_000)
    }
    const said = () => lines.map(({ level, message }) => `${level} ${message.split(/[:,]/)[0]}`)
    return { redis, client, link, makeLink, lines, said, time, pass, looked, lasting }
  }

  it('is usable only after a look has found Redis fit, and warns that Redis keeps no append-only file', async () => {
    const { link, lines, looked } = await start({ password: 'a@/?%b' })
    await expect(link.use((client) => client.ping())).rejects.toBeInstanceOf(RedisAway)
    await looked('fit')
    expect(await link.use((client) => client.ping())).toBe('PONG')
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info'])
  })

  it('is not usable while Redis may evict keys, and becomes so when its policy is noeviction', async () => {
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

  it('turns every command away after one failure, and logs none of the failed command’s arguments', async () => {
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

  it.each([
    ['is full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['is a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    [
      'has too few replicas',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
    [
      'runs no script for this user',
      ['ACL', 'SETUSER', 'default', '-evalsha'],
      ['ACL', 'SETUSER', 'default', '+evalsha'],
    ],
  ])(
    'costs one command when Redis %s, stays away until that has ended, and is back within 5 s',
    async (_what, begin, end) => {
      const { redis, link, said, pass, lasting } = await start()
      await lasting()
      const before = said().length
      await redis.ask(...begin)
      await expect(link.use(tryWrites)).rejects.toBeInstanceOf(RedisFailed)
      let returns = 0
      await pass(30_000, () => {
        if (link.isUsable()) returns += 1
      })
      expect([returns, said().slice(before)]).toEqual([0, [AWAY]])
      await redis.ask(...end)
      await pass(5_000)
      expect([link.isUsable(), said().slice(before)]).toEqual([true, [AWAY, IN_USE]])
    },
  )

  it('waits longer while no return lasts, logs only the first one, and starts over after a lasting one', async () => {
    const { link, said, time, pass, lasting } = await start()
    await lasting()
    const before = said().length
    const lostAtMs: number[] = []
    const lose = async (): Promise<void> => {
      if (!link.isUsable()) return
      lostAtMs.push(time.clock.monotonicMs())
      await expect(link.use((client) => client.call('NONSENSE'))).rejects.toBeInstanceOf(RedisFailed)
    }
    await pass(30_000, lose)
    expect(said().slice(before)).toEqual([AWAY, IN_USE, AWAY])
    const gapsMs = lostAtMs.slice(1).map((atMs, at) => atMs - (lostAtMs[at] ?? 0))
    expect(Math.min(...gapsMs.slice(4))).toBeGreaterThanOrEqual(1_500)
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(2_500 + 2 * STEP_MS)
    await pass(36_000, lose)
    expect(said().slice(before)).toEqual([AWAY, IN_USE, AWAY, AWAY])
    await pass(10_000)
    expect(said().slice(before)).toEqual([AWAY, IN_USE, AWAY, AWAY, IN_USE])
    await lose()
    await pass(1_300)
    expect([link.isUsable(), said().slice(-2)]).toEqual([true, [AWAY, IN_USE]])
  })

  it('logs once that Redis was full from the start', async () => {
    const { link, said, pass } = await start({ settings: { maxmemory: '1' } })
    await pass(10_000)
    expect([link.isUsable(), said()]).toEqual([false, [AWAY]])
  })

  it('is given up within 30 s when Redis is set to evict during use, and is used again after that', async () => {
    const { redis, link, lines, pass, lasting } = await start()
    await lasting()
    let told = 0
    link.onAway(() => {
      told += 1
    })
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await pass(29_500)
    expect([link.isUsable(), told, lines.at(-1)]).toEqual([
      false,
      1,
      {
        level: 'error',
        message: 'Redis is not fit for use, so it is not used',
        fields: { why: expect.stringContaining('set it to noeviction') },
      },
    ])
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await pass(5_000)
    expect([link.isUsable(), lines.at(-1)?.message]).toEqual([true, 'Redis is in use'])
  })

  it('is given up at once when a node is added and Redis evicts', async () => {
    const { redis, client, link, pass, lasting } = await start()
    await lasting()
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await pass(1_000)
    expect(link.isUsable()).toBe(true)
    client.emit('+node', client)
    await pass(STEP_MS)
    expect(link.isUsable()).toBe(false)
  })

  it('of 40 proxies comes back spread over more than half a second, and within 5 s', async () => {
    const { redis, client, makeLink, time, pass } = await start()
    client.setMaxListeners(0)
    const plannedMs: number[] = []
    const schedule: Schedule = (run, delayMs) => {
      plannedMs.push(delayMs)
      return time.schedule(run, delayMs)
    }
    const fleet = Array.from({ length: 40 }, () => makeLink(schedule))
    const usable = () => fleet.filter((link) => link.isUsable()).length
    await pass(STEP_MS)
    expect(usable()).toBe(40)
    plannedMs.length = 0
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal')
    await until(() => (usable() === 0 && client.status === 'ready' ? true : undefined))
    expect(plannedMs).toHaveLength(40)
    // All forty in the same half of the second, with each at a random moment of it: once in 10^10 runs.
    expect(Math.max(...plannedMs) - Math.min(...plannedMs)).toBeGreaterThan(500)
    await pass(5_000)
    expect(usable()).toBe(40)
  })
})
