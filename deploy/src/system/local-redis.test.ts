import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { readIfThere } from './local-files.js'
import { keepLocalRedis, type LocalRedis } from './local-redis.js'

describeWithRedis('keepLocalRedis', () => {
  let stateDir = ''
  let port = 0
  let redis: LocalRedis | undefined
  const unwatched = { watch: () => undefined, release: () => undefined, close: async () => undefined }

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(os.tmpdir(), 'pma-local-redis-'))
    await mkdir(path.join(stateDir, 'logs'))
    port = await freePort()
  })

  afterEach(async () => {
    await redis?.stop()
    await rm(stateDir, { recursive: true, force: true })
  })

  const start = async (): Promise<LocalRedis> => {
    const options = { stateDir, binary: testRedisBinary() ?? '', port, say: () => undefined }
    redis = await keepLocalRedis(options, unwatched, () => undefined)
    return redis
  }

  const ask = async (...command: string[]): Promise<string> => {
    const password = (await readIfThere(path.join(stateDir, 'secrets', 'redis.password')))?.trimEnd() ?? ''
    return askRedis({ host: '127.0.0.1', port, password }, ...command)
  }

  it('keeps data from run to run, writes an append-only file, and never evicts', async () => {
    const { url } = await start()
    await ask('SET', 'kept', 'a')
    await redis?.stop()
    expect((await start()).url).toBe(url)
    expect(await ask('GET', 'kept')).toBe('a')
    const info = await ask('INFO')
    for (const line of ['aof_enabled:1', 'maxmemory_policy:noeviction', 'maxmemory_human:256.00M'])
      expect(info).toContain(line)
  })

  it('starts Redis again when it is killed, and not when it was stopped', async () => {
    const first = (await start()).pid() ?? 0
    process.kill(first, 'SIGKILL')
    await until(async () => ((await ask('PING').catch(() => '')) === 'PONG' ? true : undefined), 20_000)
    expect(redis?.pid()).not.toBe(first)
    await redis?.stop()
    expect(redis?.pid()).toBe(undefined)
    await expect(ask('PING')).rejects.toThrow('ECONNREFUSED')
  }, 30_000)
})
