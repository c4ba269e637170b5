import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { freePort } from '../free-port.js'
import type { Guard } from '../programs/guard.js'
import { findPython, makeVenv } from '../programs/python.js'
import { lastLines, runCommand } from '../programs/run-command.js'
import { until } from '../until.js'

/** LocalStack's KMS without a container. */
export interface Localstack {
  readonly endpoint: string
  readonly pid: number
  stop(): Promise<void>
}

/** No installed Python can run LocalStack, so the tests that need it cannot run; the message says what to install. */
export class NoPython extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoPython'
  }
}

/** Each package is pinned by its SHA-256: if PyPI or a mirror returns something else, it is not installed. */
const PINNED = path.resolve(import.meta.dirname, '..', '..', 'python')
const INSTALLER = path.join(PINNED, 'installer.txt')
const PACKAGES = path.join(PINNED, 'localstack.txt')

/** No wheels of its dependencies for 3.14 existed at that date. */
const PYTHON = { oldest: '3.10', newest: '3.13' } as const

const LIMITS = {
  installMs: 300_000,
  /** Twelve seconds on an idle machine; ten times as long if it starts beside a build and another suite. */
  readyMs: 180_000,
  stopMs: 5_000,
} as const

/**
 * Installs LocalStack into a virtual environment of its own, once.
 *
 * @throws NoPython; Error with the installer's output.
 */
async function installLocalstack(folder: string, say: (line: string) => void): Promise<void> {
  const finished = path.join(folder, 'installed')
  const wanted = `${await readFile(INSTALLER, 'utf8')}${await readFile(PACKAGES, 'utf8')}`
  if ((await readFile(finished, 'utf8').catch(() => '')) === wanted) return
  const python = await findPython(PYTHON)
  if (python === undefined) {
    throw new NoPython(
      'LocalStack needs python3, 3.10 to 3.13, with venv (Debian: apt-get install python3-venv), or set LOCALSTACK_ENDPOINT.',
    )
  }
  say(`installing LocalStack from PyPI with ${python} (about 380 MB, once)`)
  const venv = path.join(folder, 'venv')
  // Removed first, so that an installation that breaks off is not taken for a complete one.
  await rm(finished, { force: true })
  await rm(venv, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const bin = path.join(venv, 'bin')
  const options = { timeoutMs: LIMITS.installMs, env: { ...process.env, VIRTUAL_ENV: venv } }
  const pinned = ['-q', '--require-hashes', '--only-binary', ':all:', '-r', INSTALLER]
  await runCommand(await makeVenv(python, venv), ['-m', 'pip', 'install', ...pinned], options)
  // An isolated build would fetch its tools by name only, without hashes.
  const built = ['-q', '--require-hashes', '--no-build-isolation', '-r', PACKAGES]
  await runCommand(path.join(bin, 'uv'), ['pip', 'install', ...built], options)
  await writeFile(finished, wanted)
}

/**
 * A LocalStack on a port of its own, which ends with this process for whatever reason. Installed if it is not yet.
 *
 * @throws NoPython; Error with the installer's output, or the end of LocalStack's log.
 */
export async function ownLocalstack(folder: string, guard: Guard, say: (line: string) => void): Promise<Localstack> {
  await installLocalstack(folder, say)
  const localstack = await startLocalstack(folder, await freePort())
  guard.watch(localstack.pid)
  return localstack
}

/** @throws Error with the end of its log if it does not get ready. */
async function startLocalstack(folder: string, port: number): Promise<Localstack> {
  const endpoint = `http://127.0.0.1:${port}`
  const logFile = path.join(folder, 'localstack.log')
  const state = path.join(folder, `state-${port}`)
  await mkdir(state, { recursive: true })
  const log = openSync(logFile, 'w')
  const child = spawn(path.join(folder, 'venv/bin/python'), ['-m', 'localstack.runtime.main'], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...settings(folder, port, state) },
  })
  closeSync(log)
  child.on('error', () => undefined)
  try {
    await until(() => isReady(endpoint, child), LIMITS.readyMs)
  } catch (cause) {
    // Read before stopping it: its messages about the stop would be taken for the reason.
    const said = lastLines(await readFile(logFile, 'utf8'), 15)
    await stop(child)
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new Error(`LocalStack did not start: ${reason}. The end of its log:\n${said}`, { cause })
  }
  const end = async (): Promise<void> => {
    await stop(child)
    // It keeps nothing across a restart.
    await rm(state, { recursive: true, force: true })
  }
  return { endpoint, pid: child.pid ?? 0, stop: end }
}

function settings(folder: string, port: number, state: string): NodeJS.ProcessEnv {
  return {
    PATH: `${path.join(folder, 'venv/bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    SERVICES: 'kms',
    STRICT_SERVICE_LOADING: '1',
    EAGER_SERVICE_LOADING: '1',
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DISABLE_EVENTS: '1',
    DNS_ADDRESS: '0',
    FILESYSTEM_ROOT: state,
  }
}

async function isReady(endpoint: string, child: ChildProcess): Promise<true | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended by itself')
  const answer = await fetch(`${endpoint}/_localstack/health`).catch(() => undefined)
  return answer?.ok ? true : undefined
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.stopMs)
  await ended
  clearTimeout(timer)
}
