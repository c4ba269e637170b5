import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { lastLines, runCommand } from '../programs/run-command.js'
import { until } from '../until.js'
import { copyForEveryone, findPostgres, type PostgresBinaries, type PostgresChoice } from './postgres-binaries.js'
import { type PostgresUser, postgresUser } from './postgres-user.js'

export interface PostgresOptions {
  /** The data is in `data` below it. As root, it must not lie below a folder that others cannot enter. */
  readonly folder: string
  readonly port: number
  /** Password of the superuser `postgres`. */
  readonly password: string
  readonly logFile: string
  readonly choice?: PostgresChoice
  /** Settings for its command line, such as `fsync: 'off'` if the data may be lost. */
  readonly settings?: Readonly<Record<string, string>>
  /** As root: the folder to which embedded binaries are copied. */
  readonly sharedFolder?: string
  /** Receives messages about what takes long. */
  readonly say?: (line: string) => void
}

export interface PostgresServer {
  /** URL for the superuser, to the database `postgres`. */
  readonly url: string
  readonly pid: number
  readonly child: ChildProcess
  readonly binaries: PostgresBinaries
  /** Fast shutdown: connections are cut, and data is safe. */
  stop(): Promise<void>
}

const LIMITS = {
  initMs: 60_000,
  /** Recovery after a crash replays the log. */
  readyMs: 60_000,
  /** A fast shutdown writes a checkpoint. */
  stopMs: 15_000,
} as const

/** Used as root, because the user that runs Postgres has to reach data and binaries. */
export const SHARED_FOLDER = '/var/lib/protectmyapi-dev'

/**
 * Starts a Postgres that listens only on loopback, with passwords (SCRAM) from the start. Creates its data on first
 * use. As root it runs as another user.
 *
 * @throws Error that says what to do, with the last lines of the server's log.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = await postgresUser()
  const dataDir = path.join(options.folder, 'data')
  const binaries = await binariesFor(options, await dataMajor(dataDir), user)
  await initialise(options, dataDir, binaries, user)
  return launch(options, dataDir, binaries, user)
}

async function binariesFor(
  options: PostgresOptions,
  major: number | undefined,
  user: PostgresUser,
): Promise<PostgresBinaries> {
  const found = await findPostgres(options.choice, major)
  if (found.source === 'system' || user.uid === undefined) return found
  return copyForEveryone(found, options.sharedFolder ?? SHARED_FOLDER)
}

/** The version that made the data; undefined if there is none. */
async function dataMajor(dataDir: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number.parseInt(text, 10)
}

async function initialise(
  options: PostgresOptions,
  dataDir: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<void> {
  const finished = path.join(options.folder, 'initialised')
  if (
    await readFile(finished).then(
      () => true,
      () => false,
    )
  )
    return
  // Incomplete data of a first start that was interrupted.
  await rm(dataDir, { recursive: true, force: true })
  await mkdir(options.folder, { recursive: true })
  await own(options.folder, user)
  await chmod(options.folder, 0o700)
  const passwordFile = path.join(options.folder, 'password')
  await writeFile(passwordFile, options.password, { mode: 0o600 })
  await own(passwordFile, user)
  options.say?.(`making a database cluster (Postgres ${binaries.major}, ${binaries.source})`)
  try {
    const args = [
      '-D',
      dataDir,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
    ]
    await runCommand(path.join(binaries.binDir, 'initdb'), args, {
      ...user,
      cwd: options.folder,
      env: environment(),
      timeoutMs: LIMITS.initMs,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await writeFile(finished, '')
}

async function launch(
  options: PostgresOptions,
  dataDir: string,
  binaries: PostgresBinaries,
  user: PostgresUser,
): Promise<PostgresServer> {
  // No socket file: its path is limited to about 100 bytes, and tests use longer folders.
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    ...options.settings,
  }
  const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const log = openSync(options.logFile, 'a', 0o600)
  // A process group of its own: Ctrl-C has to reach only the launcher, which ends everything in order.
  const child = spawn(path.join(binaries.binDir, 'postgres'), args, {
    ...user,
    cwd: options.folder,
    env: environment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const { pid } = await started(child)
  const url = `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres`
  try {
    await until(() => answers(url, child), LIMITS.readyMs)
  } catch (cause) {
    await stopPostgres(child)
    const said = lastLines(await readFile(options.logFile, 'utf8').catch(() => ''), 15)
    throw new Error(`Postgres did not start. The end of ${options.logFile}:\n${said}`, { cause })
  }
  return { url, pid, child, binaries, stop: () => stopPostgres(child) }
}

function started(child: ChildProcess): Promise<{ pid: number }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => (child.pid === undefined ? reject(new Error('no pid')) : resolve({ pid: child.pid })))
  })
}

async function answers(url: string, child: ChildProcess): Promise<true | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function stopPostgres(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // SIGINT means fast shutdown; SIGQUIT would skip the checkpoint.
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), LIMITS.stopMs)
  await ended
  clearTimeout(timer)
}

async function own(file: string, { uid, gid }: PostgresUser): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid)
}

/** Minimal, because locale and time zone must not depend on the person who starts it. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}
