import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { lastLines } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'

export interface ProcessSpec {
  readonly name: string
  /** Options for Node itself. */
  readonly nodeOptions?: readonly string[]
  /** The path of a Node program. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
}

export interface SupervisorDeps {
  readonly guard: Guard
  /** Variables that every process gets in addition to its own. */
  readonly inherited: Readonly<Record<string, string>>
  readonly say: (line: string) => void
  /** Called after every change of the list. */
  readonly onPids: (pids: ReadonlyMap<string, number>) => void
}

/** Starts processes, starts them again when they die, and ends them all. */
export interface Supervisor {
  /** Settles when the process has logged `"msg":"ready"`. @throws Error with the end of its log. */
  start(spec: ProcessSpec): Promise<void>
  /** Runs a program to its end. @throws Error with the end of its log where its status is not 0. */
  runToEnd(spec: ProcessSpec): Promise<void>
  /** Ends one process. Does nothing where it does not run. */
  stop(name: string): Promise<void>
  pids(): ReadonlyMap<string, number>
  /** From now on, nothing is started. */
  close(): void
  /** Kills everything that still runs, at once. */
  kill(): void
}

interface Running {
  readonly spec: ProcessSpec
  child: ChildProcess
  stopping: boolean
  restarts: number
}

const LIMITS = {
  /** A start does not migrate, but it asks the KMS and signs keys, and machines may be slow. */
  readyMs: 60_000,
  /** Longer than the proxies' drain. */
  graceMs: 8_000,
  backoffFirstMs: 100,
  backoffMaxMs: 5_000,
  /** A process that ran this long has recovered: its next backoff starts from the first delay. */
  steadyMs: 20_000,
} as const

const READY = /"msg":"ready"/

export function createSupervisor({ guard, inherited, say, onPids }: SupervisorDeps): Supervisor {
  const running = new Map<string, Running>()
  let closed = false

  const announce = (): void => onPids(pids())
  const pids = (): ReadonlyMap<string, number> => {
    return new Map(
      [...running].flatMap(([name, { child }]) =>
        child.pid === undefined || hasEnded(child) ? [] : [[name, child.pid]],
      ),
    )
  }

  async function start(spec: ProcessSpec): Promise<void> {
    if (closed) throw new Error('everything is being ended')
    const from = await sizeOf(spec.logFile)
    const entry: Running = { spec, child: launch(spec, inherited), stopping: false, restarts: 0 }
    running.set(spec.name, entry)
    watch(entry)
    try {
      await until(() => isReady(entry.child, spec.logFile, from), LIMITS.readyMs)
    } catch (cause) {
      entry.stopping = true
      await end(entry.child)
      throw await withLog(`${spec.name} did not start`, spec, { from, cause })
    }
    // From here on it is started again when it dies.
    entry.child.once('exit', (code, signal) => void revive(entry, code ?? signal))
    if (hasEnded(entry.child)) void revive(entry, 'at once')
    announce()
  }

  function watch({ child }: Running): void {
    const { pid } = child
    if (pid === undefined) return
    guard.watch(pid)
    child.once('exit', () => guard.release(pid))
  }

  async function revive(entry: Running, how: string | number | null): Promise<void> {
    if (entry.stopping) return
    const { name, logFile } = entry.spec
    const waitMs = Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** entry.restarts)
    entry.restarts += 1
    announce()
    say(`${name} ended (${how ?? 'unknown'}): it is started again in ${waitMs} ms. Its log: ${logFile}`)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    if (entry.stopping) return
    entry.child = launch(entry.spec, inherited)
    watch(entry)
    entry.child.once('exit', (code, signal) => void revive(entry, code ?? signal))
    setTimeout(() => (entry.restarts = 0), LIMITS.steadyMs).unref()
    announce()
  }

  return {
    start,
    async runToEnd(spec) {
      if (closed) throw new Error('everything is being ended')
      const from = await sizeOf(spec.logFile)
      const child = launch(spec, inherited)
      const { pid } = child
      if (pid !== undefined) guard.watch(pid)
      const status = await new Promise<number | string | null>((resolve) => {
        child.once('error', (cause) => resolve(cause.message))
        child.once('exit', (code, signal) => resolve(code ?? signal))
      })
      if (pid !== undefined) guard.release(pid)
      if (status !== 0) throw await withLog(`${spec.name} failed (${status})`, spec, { from })
    },
    async stop(name) {
      const entry = running.get(name)
      if (entry === undefined) return
      entry.stopping = true
      await end(entry.child)
      running.delete(name)
      announce()
    },
    pids,
    close() {
      closed = true
    },
    kill() {
      closed = true
      for (const entry of running.values()) {
        entry.stopping = true
        entry.child.kill('SIGKILL')
      }
    },
  }
}

function launch(
  { nodeOptions = [], script, args = [], env, logFile }: ProcessSpec,
  inherited: Readonly<Record<string, string>>,
): ChildProcess {
  // The process writes its log to a file directly. A pipe through this process would stall while it is busy, and cost
  // time.
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [...nodeOptions, script, ...args], {
    env: { ...inherited, ...env },
    // A process group of its own, so that Ctrl-C reaches the launcher only, which ends things in order.
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.on('error', () => undefined)
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  // A process that is stopped (SIGSTOP) gets the signal only after it continues.
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.graceMs)
  await ended
  clearTimeout(timer)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function isReady(child: ChildProcess, logFile: string, from: number): Promise<true | undefined> {
  if (child.pid === undefined || hasEnded(child))
    throw new Error(`it ended (${child.exitCode ?? child.signalCode ?? 'not started'})`)
  return READY.test(await readFrom(logFile, from)) ? true : undefined
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

async function readFrom(file: string, from: number): Promise<string> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(size - from, 0)), 0, undefined, from)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}

/** @param from where the log ended before the process was launched. What is above belongs to other runs. */
async function withLog(
  what: string,
  { logFile }: ProcessSpec,
  { from, cause }: { readonly from: number; readonly cause?: unknown },
): Promise<Error> {
  const said = lastLines(await readFrom(logFile, from).catch(() => ''), 15)
  const told = said === '' ? `It wrote nothing to ${logFile}.` : `The end of ${logFile}:\n${said}`
  return new Error(`${what}. ${told}`, { cause })
}
