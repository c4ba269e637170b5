import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { freePort } from '../free-port.js'
import { askRedis } from './ask-redis.js'
import { describeWithRedis } from './describe-with-redis.js'
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.js'
import { testRedisBinary } from './test-redis.js'

describeWithRedis('startRedis', () => {
  let folder = ''
  let server: RedisServer | undefined
  let watched: Set<number>

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-redis-'))
    watched = new Set()
  })

  afterEach(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const start = async (options: Partial<RedisOptions> = {}): Promise<RedisServer> => {
    server = await startRedis({
      binary: testRedisBinary() ?? '',
      folder: path.join(folder, 'data'),
      port: await freePort(),
      appendOnly: false,
      logFile: path.join(folder, 'log'),
      guard: { watch: (pid) => watched.add(pid), release: (pid) => watched.delete(pid) },
      ...options,
    })
    return server
  }

  it('sets the policy noeviction and refuses clients without the right password', async () => {
    const password = `a "quoted" \\ 'password'`
    const { host, port, url } = await start({ password })
    expect(await askRedis({ host, port, password }, 'INFO', 'memory')).toContain('maxmemory_policy:noeviction')
    await expect(askRedis({ host, port }, 'PING')).rejects.toThrow('NOAUTH')
    await expect(askRedis({ host, port, password: 'wrong' }, 'PING')).rejects.toThrow('WRONGPASS')
    expect(decodeURIComponent(new URL(url).password)).toBe(password)
  })

  it('shows its mark but not its password on the command line of the process', async () => {
    const { pid, mark } = await start({ password: 'hidden-from-lists' })
    // Other systems have no /proc.
    if (process.platform !== 'linux') return
    const commandLine = await readFile(`/proc/${pid()}/cmdline`, 'utf8')
    expect(commandLine).toContain(mark)
    expect(commandLine).not.toContain('hidden')
  })

  it('keeps its data over a stop and a kill when it is append-only with appendfsync always', async () => {
    const redis = await start({ appendOnly: true, settings: { appendfsync: 'always' } })
    await askRedis(redis, 'SET', 'kept', 'a')
    await redis.stop()
    await redis.restart()
    expect(await askRedis(redis, 'GET', 'kept')).toBe('a')
    await askRedis(redis, 'SET', 'kept', 'b')
    await redis.kill()
    expect(redis.pid()).toBe(undefined)
    await redis.restart()
    expect(await askRedis(redis, 'GET', 'kept')).toBe('b')
  })

  it('loses its data over a restart when it is not append-only', async () => {
    const redis = await start()
    await askRedis(redis, 'SET', 'kept', 'a')
    await redis.restart()
    expect(await askRedis(redis, 'GET', 'kept')).toBe('')
  })

  it('has its process watched under its current id while it runs, and no longer once it is stopped', async () => {
    let ends = 0
    const redis = await start({ onEnd: () => (ends += 1) })
    const first = redis.pid()
    expect([...watched]).toEqual([first])
    await redis.restart()
    expect([...watched]).toEqual([redis.pid()])
    expect(redis.pid()).not.toBe(first)
    await redis.stop()
    expect([...watched]).toEqual([])
    expect(ends).toBe(2)
  })

  it('names the program in its error when that cannot be run', async () => {
    await expect(start({ binary: '/nonexistent/redis-server' })).rejects.toThrow(
      '/nonexistent/redis-server cannot be run',
    )
    expect([...watched]).toEqual([])
  })

  it('fails when another server already has its port', async () => {
    const { port } = await start()
    const other = { port, folder: path.join(folder, 'other'), logFile: path.join(folder, 'other.log') }
    const first = server
    await expect(start(other)).rejects.toThrow('Address already in use')
    expect(server).toBe(first)
  })
})
