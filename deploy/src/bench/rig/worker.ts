import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'

/** A program of the bench in a process of its own. It ends when this process does, because its channel closes then. */
export interface Worker<Job, Result> {
  readonly pid: number
  /** The port that it listens on, or 0. */
  readonly port: number
  /** Runs one job at a time. @throws Error where the worker ends, or takes longer than `withinMs`. */
  run(job: Job, withinMs: number): Promise<Result>
  stop(): Promise<void>
}

/** The first message of a worker. */
export interface Started {
  readonly port: number
}

const LIMITS = { startMs: 20_000 } as const

/** @param name a folder of the bench that has a `main`. */
export async function startWorker<Job extends object, Result>(
  name: string,
  args: readonly string[] = [],
): Promise<Worker<Job, Result>> {
  const script = path.join(import.meta.dirname, '..', name, 'main.js')
  const child = fork(script, [...args], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { port } = await answerOf<Started>(child, name, LIMITS.startMs)
  return {
    pid: child.pid ?? 0,
    port,
    run(job, withinMs) {
      const answer = answerOf<Result>(child, name, withinMs)
      child.send(job)
      return answer
    },
    stop: () => end(child),
  }
}

function answerOf<Answer>(child: ChildProcess, name: string, withinMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new Error(`${name}: no answer in ${withinMs} ms`))), withinMs)
    const onMessage = (answer: unknown): void => settle(() => resolve(answer as Answer))
    const onExit = (code: number | null): void => settle(() => reject(new Error(`${name} ended (${code})`)))
    function settle(how: () => void): void {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit)
      how()
    }
    child.on('message', onMessage).on('exit', onExit)
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await ended
}
