import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import type { Tools } from './find-tools.js'
import { type Outcome, readOutcome } from './read-outcome.js'
import { readTrace, type Step } from './read-trace.js'
import type { Run, Search } from './run.js'

const LIMITS = {
  /** For Spin or gcc, on a machine that is used for other things as well. */
  buildMs: 120_000,
  /** A replayed trail repeats every variable at every step. */
  traceBytesMax: 64 * 1024 * 1024,
} as const

/**
 * The options for compiling and running Spin's checker. Memory is bounded: a search that needs more reports that, and
 * fails.
 */
const SEARCHES: Readonly<Record<Search, { readonly compile: readonly string[]; readonly run: readonly string[] }>> = {
  shortest: { compile: ['-O1', '-DSAFETY', '-DNOFAIR', '-DBFS', '-DMEMLIM=3000'], run: [] },
  exhaustive: { compile: ['-O2', '-DSAFETY', '-DNOFAIR', '-DCOLLAPSE', '-DMEMLIM=7800'], run: ['-m9000000', '-w25'] },
  fair: { compile: ['-O2', '-DNFAIR=4', '-DMEMLIM=3000'], run: ['-a', '-f', '-m9000000', '-w25'] },
  compact: { compile: ['-O2', '-DSAFETY', '-DNOFAIR', '-DHC4', '-DMEMLIM=7800'], run: ['-m9000000', '-w27'] },
  bitstate: {
    compile: ['-O2', '-DSAFETY', '-DNOFAIR', '-DBITSTATE', '-DMEMLIM=7800'],
    run: ['-m9000000', '-w34', '-k3', '-Q3'],
  },
}

export interface Checked extends Outcome {
  /** The counterexample, where there is one. */
  readonly steps: readonly Step[]
}

/** Checks one configuration of the model. @throws Error where it does not compile, or does not end in time. */
export async function check(run: Run, model: string, { spin, gcc }: Tools): Promise<Checked> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-model-'))
  const { compile, run: flags } = SEARCHES[run.search]
  const limits = { cwd: folder, timeoutMs: LIMITS.buildMs }
  try {
    const name = path.basename(model)
    await copyFile(model, path.join(folder, name))
    const defines = run.defines.map((define) => `-D${define}`)
    await runCommand(spin, [...defines, '-a', name], limits)
    await runCommand(gcc, ['-w', ...compile, '-DVECTORSZ=1024', '-o', 'pan', 'pan.c'], limits)
    const outcome = readOutcome(await ended(path.join(folder, 'pan'), flags, folder, run.secondsMax * 1_000))
    if (outcome.violation === 'none') return { ...outcome, steps: [] }
    const trail = await ended(spin, [...defines, '-t', '-p', '-g', '-w', name], folder, LIMITS.buildMs)
    return { ...outcome, steps: readTrace(trail) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * The standard output, whatever the exit status, because the output says what was found. @throws Error where the time
 * is over.
 */
function ended(file: string, args: readonly string[], cwd: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= LIMITS.traceBytesMax) chunks.push(chunk)
    })
    child.once('error', reject)
    child.once('close', (_code, signal) => {
      if (signal === null) resolve(Buffer.concat(chunks).toString('utf8'))
      else reject(new Error(`not done within ${timeoutMs / 1_000} s (${signal})`))
    })
  })
}
