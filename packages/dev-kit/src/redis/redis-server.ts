import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import type { Guard } from '../programs/guard.js'
import { lastLines } from '../programs/run-command.js'
import { until } from '../until.js'
import { askRedis, type RedisAddress } from './ask-redis.js'

export interface RedisOptions {
  /** A `redis-server`, 6.2 or later. */
  readonly binary: string
  /** Of its data. */
  readonly folder: string
  readonly port: number
  /** Without one, whoever is on this machine may use it. */
  readonly password?: string
  /** Whether what was written survives a stop, and, but for the last second, a crash. */
  readonly appendOnly: boolean
  readonly logFile: string
  /** Settings beside ours and over them, as `redis.conf` has them, e.g. `maxmemory: '64mb'`. */
  readonly settings?: Readonly<Record<string, string>>
  /** It dies with us. */
  readonly guard: Pick<Guard, 'watch' | 'release'>
  /** Hears when the process ends, however it does. */
  readonly onEnd?: () => void
}

/** A Redis of our own, listening on loopback alone, which evicts nothing. */
export interface RedisServer extends RedisAddress {
  /** `redis://[:password@]host:port`. */
  readonly url: string
  /** In its command line, and in nobody else's. */
  readonly mark: string
  /** Undefined while it is down. */
  pid(): number | undefined
  /** Cuts connections; with append-only, everything written is on disk. Nothing where it is down. */
  stop(): Promise<void>
  /** As a crash does. */
  kill(): Promise<void>
  /** Stops it where it runs, and starts it on the same port with the data that it kept. @throws as startRedis. */
  restart(): Promise<void>
}

const LIMITS = {
  /** It reads its append-only file first. */
  readyMs: 30_000,
  /** The last writes go to disk. */
  stopMs: 10_000,
} as const

const HOST = '127.0.0.1'

/** @throws Error with the end of its log where it does not get ready. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { folder, port, password } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let child = spawnRedis(options)
  await untilReady(child, options)
  const end = (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => endProcess(child, signal)
  const auth = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  return {
    host: HOST,
    port,
    ...(password === undefined ? {} : { password }),
    url: `redis://${auth}${HOST}:${port}`,
    // It writes its address into its title; what stands before its name is another's where the binary is a wrapper.
    mark: `redis-server ${HOST}:${port}`,
    pid: () => (hasEnded(child) ? undefined : child.pid),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      // Known before it is ready: whoever stops it meanwhile ends this one.
      child = spawnRedis(options)
      await untilReady(child, options)
    },
  }
}

function spawnRedis(options: RedisOptions): ChildProcess {
  const { binary, folder, logFile } = options
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(binary, ['-'], {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    // A process group of its own: Ctrl-C must reach the launcher alone, which ends things in order.
    detached: true,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  watch(child, options)
  // Not by its command line, which everybody on this machine can read.
  child.stdin?.end(configuration(options))
  return child
}

async function untilReady(child: ChildProcess, options: RedisOptions): Promise<void> {
  if (child.pid === undefined) throw new Error(`Redis did not start: ${options.binary} cannot be run`)
  try {
    await until(() => isReady(child, options), LIMITS.readyMs)
  } catch (cause) {
    await endProcess(child, 'SIGTERM')
    const said = lastLines(await readFile(options.logFile, 'utf8').catch(() => ''), 15)
    throw new Error(`Redis did not start. The end of ${options.logFile}:\n${said}`, { cause })
  }
}

function watch(child: ChildProcess, { guard, onEnd }: RedisOptions): void {
  // Heard as its end, by isReady.
  child.on('error', () => undefined)
  child.stdin?.on('error', () => undefined)
  const { pid } = child
  if (pid === undefined) return
  guard.watch(pid)
  child.once('exit', () => {
    guard.release(pid)
    onEnd?.()
  })
}

function configuration({ port, password, appendOnly, settings }: RedisOptions): string {
  const all = {
    bind: HOST,
    port: String(port),
    ...(password === undefined ? {} : { requirepass: password }),
    'maxmemory-policy': 'noeviction',
    appendonly: appendOnly ? 'yes' : 'no',
    // No snapshots: what is to be kept is in the append-only file.
    save: '',
    ...settings,
  }
  return Object.entries(all)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
    .join('')
}

async function isReady(child: ChildProcess, { port, password }: RedisOptions): Promise<true | undefined> {
  if (hasEnded(child)) throw new Error('it ended')
  const address = { host: HOST, port, ...(password === undefined ? {} : { password }) }
  const info = await askRedis(address, 'INFO').catch(() => '')
  // Its own id: on a port that was taken, another Redis might answer.
  return info.includes(`\nprocess_id:${child.pid}\r\n`) && info.includes('\nloading:0\r\n') ? true : undefined
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  // A frozen process hears nothing until it is woken.
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.stopMs)
  await ended
  clearTimeout(timer)
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}
