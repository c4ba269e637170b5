import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { lastLines } from '@protectmyapi/dev-kit/programs/run-command'

export interface ProgramSpec {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly logFile: string
  /** The complete environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
}

/** A program that runs beside this process and never outlives it. */
export interface StartedProgram {
  readonly spec: ProgramSpec
  /** Settles with the exit status or the signal when the program has ended. */
  readonly ended: Promise<number | NodeJS.Signals>
  isRunning(): boolean
  /** The program's log so far. */
  log(): Promise<string>
  /** Sends SIGTERM, and SIGKILL after the grace. Answers how the program ended, and after how many milliseconds. */
  stop(graceMs: number): Promise<{ readonly status: number | NodeJS.Signals; readonly tookMs: number }>
}

export function startProgram(spec: ProgramSpec, guard: Guard): StartedProgram {
  const log = openSync(spec.logFile, 'a', 0o600)
  const child = spawn(spec.file, [...spec.args], { env: { ...spec.env }, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let isRunning = true
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      isRunning = false
      if (child.pid !== undefined) guard.release(child.pid)
      resolve(signal ?? code ?? 0)
    })
  })
  // Callers that await `ended` get the rejection; without this, one that nobody awaits would end the process.
  ended.catch(() => undefined)
  if (child.pid !== undefined) guard.watch(child.pid)
  return {
    spec,
    ended,
    isRunning: () => isRunning,
    log: () => readFile(spec.logFile, 'utf8'),
    async stop(graceMs) {
      const startedMs = performance.now()
      if (isRunning) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      const status = await ended
      clearTimeout(timer)
      return { status, tookMs: performance.now() - startedMs }
    },
  }
}

/** @throws Error with the end of its log unless it ends with 0. */
export async function toItsEnd(program: StartedProgram): Promise<void> {
  const status = await program.ended
  if (status === 0) return
  throw new Error(
    `${program.spec.name} ended with ${status}. The end of its log:\n${lastLines(await program.log(), 15)}`,
  )
}
