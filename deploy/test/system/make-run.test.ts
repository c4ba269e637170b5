import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { isAlive } from '@protectmyapi/dev-kit/programs/is-alive'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { inheritedEnvironment } from '../../src/system/launcher-config.js'
import { redisAddress } from '../../src/system/redis-access.js'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

interface RunFacts {
  readonly management: string
  readonly proxies: string[]
  readonly owner: { email: string; password: string }
  readonly app: { token: string; debugToken: string }
  readonly service: string
  readonly redis: string | null
  readonly pids: Record<string, number>
}

/** `make run` without its bootstrap, as a process, with the embedded Postgres and, where one is installed, a Redis. */
describe('make run', () => {
  let stateDir = ''
  let ports: Record<string, string> = {}
  let said = ''
  let launcher: ChildProcess | undefined
  let searchPath = process.env.PATH ?? ''
  const binary = testRedisBinary()

  beforeAll(async () => {
    stateDir = await mkdtemp(path.join(os.tmpdir(), 'pma-run-'))
    const names = ['MANAGEMENT', 'DIRECTORY', 'VAULT', 'PROXY', 'POSTGRES', 'REDIS', 'PROVIDER'].map(
      (name) => `PMA_${name}_PORT`,
    )
    ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())])))
    if (binary !== undefined) {
      // As if the program were installed in the system.
      await mkdir(path.join(stateDir, 'bin'))
      await symlink(binary, path.join(stateDir, 'bin', 'redis-server'))
      searchPath = `${path.join(stateDir, 'bin')}${path.delimiter}${searchPath}`
    }
  })

  afterAll(async () => {
    launcher?.kill('SIGKILL')
    const reset = start(['reset'])
    reset.stdin?.end('y\n')
    await once(reset, 'exit')
    await rm(stateDir, { recursive: true, force: true })
  }, 30_000)

  const start = (args: string[], env: Record<string, string> = {}): ChildProcess => {
    said = ''
    const child = spawn(process.execPath, [path.join(PROJECT, 'deploy', 'dist', 'main.js'), ...args], {
      env: {
        ...inheritedEnvironment(process.env),
        ...ports,
        PMA_LOCAL_DIR: stateDir,
        PMA_POSTGRES: 'embedded',
        PATH: searchPath,
        ...env,
      },
    })
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
    return child
  }

  const facts = async (): Promise<RunFacts> =>
    JSON.parse(await readFile(path.join(stateDir, 'run.json'), 'utf8')) as RunFacts

  const up = async (child: ChildProcess): Promise<RunFacts> => {
    await until(() => {
      if (child.exitCode !== null) throw new Error(said)
      return said.includes('Ctrl-C stops everything') ? true : undefined
    }, 90_000)
    return facts()
  }

  const ask = ({ proxies, service, app }: RunFacts): Promise<Response> => {
    return fetch(`${proxies[0] ?? ''}/v1/p/${service}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'hi' }] }),
    })
  }

  const redis = (url: string, ...command: string[]): Promise<string> => askRedis(redisAddress(url), ...command)

  const alive = ({ pids }: RunFacts): string[] => Object.keys(pids).filter((name) => isAlive(pids[name] ?? 0))

  it('refuses an unknown command, lists those that there are, and starts nothing', async () => {
    const child = start(['bakcup'])
    launcher = child
    expect(await once(child, 'close')).toEqual([2, null])
    expect(said).toContain('Unknown command bakcup.')
    expect(said).toMatch(/^ {2}backup /m)
    expect(existsSync(path.join(stateDir, 'run.json'))).toBe(false)
  }, 30_000)

  it('lists its commands by --help, even if the environment is wrong', async () => {
    const child = start(['--help'], { PROXIES: 'many' })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said).toMatch(/^ {2}rotate-data-keys /m)
  }, 30_000)

  it('does the main job once and shows it, then stays up; only its user may read run.json', async () => {
    launcher = start(['run'])
    const known = await up(launcher)
    for (const words of [
      'OPENAI_API_KEY = sk-****...****',
      known.app.token,
      'authorization: Bearer sk-****...****',
      'your app never had it',
      'state: finished',
    ]) {
      expect(said).toContain(words)
    }
    expect((await stat(path.join(stateDir, 'run.json'))).mode & 0o777).toBe(0o600)
    expect((await ask(known)).status).toBe(200)
    if (binary === undefined) return expect(known.redis).toBe(null)
    expect(said).toContain(`redis://127.0.0.1:${ports.PMA_REDIS_PORT} `)
    expect(alive(known)).toContain('redis')
    expect(await redis(known.redis ?? '', 'SET', 'kept', 'yes')).toBe('OK')
  }, 120_000)

  it('has registered an internal service, whose printed command leases a secret and shows no value', async () => {
    const [command] = /^PMA_DIRECTORY_ADDRESS=.*$/m.exec(said) ?? []
    // In a process group of its own, because the shell may stay between this process and the program.
    const child = spawn('sh', ['-c', command ?? 'false'], { cwd: PROJECT, detached: true })
    let told = ''
    child.stdout.on('data', (bytes: Buffer) => (told += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (told += bytes.toString()))
    const line = await until(() => {
      if (child.exitCode !== null) throw new Error(told)
      return /^leased:.*$/m.exec(told)?.[0]
    }, 20_000)
    expect(line).toMatch(/^leased: {3}ver_\w{26}, 40 characters; printed it is \[secret\]$/)
    process.kill(-(child.pid ?? 0), 'SIGTERM')
    await once(child, 'exit')
    expect(told).not.toContain('sk-demo-')
  }, 30_000)

  it('starts a killed proxy again and leaves the vault up', async () => {
    const { pids } = await facts()
    process.kill(pids['proxy-1'] ?? 0, 'SIGKILL')
    const next = await until(async () => {
      const now = await facts()
      return now.pids['proxy-1'] !== undefined && now.pids['proxy-1'] !== pids['proxy-1'] ? now : undefined
    }, 20_000)
    expect(next.pids.vault).toBe(pids.vault)
    expect(next.pids.proxy).toBe(next.pids['proxy-1'])
    await until(async () => ((await ask(next).catch(() => undefined))?.status === 200 ? true : undefined), 20_000)
  }, 60_000)

  it('ends every process at SIGTERM', async () => {
    const known = await facts()
    launcher?.kill('SIGTERM')
    if (launcher !== undefined) expect(await once(launcher, 'exit')).toEqual([0, null])
    expect(alive(known)).toEqual([])
  }, 30_000)

  it('starts again with the data of the run before, and leaves no process when it is killed with SIGKILL', async () => {
    launcher = start(['run'], { PROXIES: '2' })
    const known = await up(launcher)
    expect(said).not.toContain('The job, once')
    expect(known.proxies).toHaveLength(2)
    expect((await ask(known)).status).toBe(200)
    if (binary !== undefined) expect(await redis(known.redis ?? '', 'GET', 'kept')).toBe('yes')
    launcher.kill('SIGKILL')
    await until(() => (alive(known).length === 0 ? true : undefined), 20_000)
  }, 90_000)

  it.each(['PMA_PROXY_PORT', ...(binary === undefined ? [] : ['PMA_REDIS_PORT'])])(
    'names the port that is taken and the variable that moves it: %s',
    async (variable) => {
      const taken = net.createServer().listen(Number(ports[variable]), '127.0.0.1')
      await once(taken, 'listening')
      const child = start(['run'])
      expect(await once(child, 'exit')).toEqual([1, null])
      taken.close()
      expect(said).toContain(`Port ${ports[variable]}`)
      expect(said).toContain(`${variable}=`)
    },
    30_000,
  )

  it('asks before a reset, and changes nothing if the answer is no', async () => {
    const child = start(['reset'])
    child.stdin?.end('n\n')
    await once(child, 'exit')
    expect(said).toContain('Nothing was changed')
    expect((await stat(path.join(stateDir, 'state.json'))).isFile()).toBe(true)
  }, 30_000)
})
