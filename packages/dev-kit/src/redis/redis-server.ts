import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import type { Guard } from '../programs/guard.js'
import { lastLines } from '../programs/run-command.js'
import { until } from '../until.js'
import { askRedis, type RedisAddress } from './ask-redis.js'

export interface RedisOptions {
  /** Path of a `redis-server`, 6.2 or later. */
  readonly binary: string
  /** Folder for its data. */
  readonly folder: string
  readonly port: number
  /** Without a password, everybody on this machine may use the server. */
  readonly password?: string
  /** Whether data survives a stop, and a crash except for its last second. */
  readonly appendOnly: boolean
  readonly logFile: string
  /** Settings that are added to the defaults here or replace them, as in `redis.conf`, such as `maxmemory: '64mb'`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Ends the server together with this process. */
  readonly guard: Pick<Guard, 'watch' | 'release'>
  /** Called when the process ends, for any reason. */
  readonly onEnd?: () => void
}

/** A Redis that listens only on loopback and evicts nothing. */
export interface RedisServer extends RedisAddress {
  /** `redis://[:password@]host:port`. */
  readonly url: string
  /** Text that occurs in this server's command line only. */
  readonly mark: string
  /** Undefined while the server is down. */
  pid(): number | undefined
  /** Cuts connections; with append-only, everything written is on disk. Does nothing if the server is down. */
  stop(): Promise<void>
  /** Ends the server as a crash does. */
  kill(): Promise<void>
  /** Stops the server if it runs, and starts it on the same port with the data that it kept. @throws as startRedis. */
  restart(): Promise<void>
}

const LIMITS = {
  /** The server reads its append-only file first. */
  readyMs: 30_000,
  /** The last writes go to disk. */
  stopMs: 10_000,
} as const

const HOST = '127.0.0.1'

/** @throws Error with the end of its log if the server does not get ready. */
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
    // The server writes its address into its process title; text before its name belongs to a wrapper, if the binary is
    // one.
    mark: `redis-server ${HOST}:${port}`,
    pid: () => (hasEnded(child) ? undefined : child.pid),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      // Assigned before it is ready, so that stopping meanwhile ends this process.
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
    // A process group of its own: Ctrl-C has to reach only the launcher, which ends everything in order.
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
  // Noticed by isReady as the end of the process.
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
    // No snapshots: data to be kept is in the append-only file.
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
  // Checks the process id, because on a taken port another Redis might answer.
  return info.includes(`\nprocess_id:${child.pid}\r\n`) && info.includes('\nloading:0\r\n') ? true : undefined
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  // A frozen process handles no signal until it is woken.
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.stopMs)
  await ended
  clearTimeout(timer)
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}
