import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { describeWithRedis } from './describe-with-redis.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

describeWithRedis('startTestRedis', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startTestRedis()
  })
  afterEach(() => redis.drop())

  it('gives each caller a server of its own, that is gone after drop', async () => {
    const other = await startTestRedis()
    await redis.ask('SET', 'mine', '1')
    expect(await other.ask('GET', 'mine')).toBe('')
    await other.drop()
    await expect(other.ask('PING')).rejects.toThrow('ECONNREFUSED')
    expect(await redis.ask('GET', 'mine')).toBe('1')
  })

  it('forgets keys and scripts at a flush', async () => {
    await redis.ask('SET', 'key', 'value')
    const digest = await redis.ask('SCRIPT', 'LOAD', 'return 7')
    expect(await redis.ask('EVALSHA', digest, '0')).toBe('7')
    await redis.flush()
    expect(await redis.ask('DBSIZE')).toBe('0')
    await expect(redis.ask('EVALSHA', digest, '0')).rejects.toThrow('NOSCRIPT')
  })

  it('reads a value that comes in many pieces', async () => {
    const long = 'ä'.repeat(1_000_000)
    await redis.ask('SET', 'long', long)
    expect(await redis.ask('GET', 'long')).toBe(long)
  })
})
