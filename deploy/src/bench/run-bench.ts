import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { findProgram } from '@protectmyapi/dev-kit/programs/find-program'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { readIfThere, writePrivate } from '../system/local-files.js'
import type { Ender } from '../system/start-system.js'
import type { BenchConfig } from './bench-config.js'
import { createPinning } from './measure/pinning.js'
import { tableOf, verdictOf } from './report.js'
import { mergeResults, parseResults, resultsOf } from './results-file.js'
import { startOwnSystem } from './rig/own-system.js'
import { type Rig, type RigOptions, startRig } from './rig/rig.js'
import { type Line, notRun, type Row } from './row.js'
import { ALL_ROWS } from './rows/all-rows.js'

export interface BenchOptions {
  readonly config: BenchConfig
  readonly projectDir: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (ender: Ender) => void
}

const LIMITS = {
  /** No row begins after this. The remaining ones count as not run. */
  startUntilMs: 16 * 60_000,
} as const

/** `make bench`: measures, prints the table, and writes it to `.local/bench.json`. Answers whether every goal holds. */
export async function runBench(options: BenchOptions): Promise<boolean> {
  const { config, progress } = options
  const rows = chosen(config.only)
  const pinning = await createPinning()
  const wrk = await findProgram('wrk', options.inherited.PATH)
  const load = wrk === undefined ? 'load by a worker of the bench: there is no wrk on the PATH' : 'load by wrk'
  progress.say(`${rows.map(({ name }) => name).join(', ')}; ${config.rounds} rounds; ${pinning.note}; ${load}.`)
  const lines = await measured(options, rows, { pinning, wrk })
  const { isWell, text } = verdictOf(lines)
  progress.say(text)
  return isWell
}

/** Measures each row on a system of the bench's own, and prints and writes the result before that system ends. */
async function measured(
  options: BenchOptions,
  rows: readonly Row[],
  helpers: Pick<RigOptions, 'pinning' | 'wrk'>,
): Promise<readonly Line[]> {
  const { config, progress, projectDir } = options
  let isInterrupted = false
  const onEnder = (ender: Ender): void =>
    options.onEnder({
      ...ender,
      stop() {
        isInterrupted = true
        return ender.stop()
      },
    })
  const system = await startOwnSystem({ ...options, onEnder, databaseUrl: config.databaseUrl })
  try {
    const rig = await startRig({ system, progress, rounds: config.rounds, ...helpers })
    const lines = await measureAll(rig, rows, () => isInterrupted)
    await rig.stop()
    progress.say(`\n${tableOf(lines)}\n`)
    progress.say(`Written to ${path.relative(projectDir, await writeResults(projectDir, lines))}.`)
    return lines
  } finally {
    await system.stop()
  }
}

/** @throws Error for a name that no row has. */
function chosen(only: readonly string[]): readonly Row[] {
  if (only.length === 0) return ALL_ROWS.filter(({ optional }) => optional !== true)
  return only.map((name) => {
    const row = ALL_ROWS.find((one) => one.name === name)
    if (row === undefined)
      throw new Error(`There is no row ${name}. There are: ${ALL_ROWS.map((one) => one.name).join(', ')}`)
    return row
  })
}

/** @throws Error where the run is interrupted: what failed for that reason alone is neither shown nor kept. */
async function measureAll(rig: Rig, rows: readonly Row[], isInterrupted: () => boolean): Promise<readonly Line[]> {
  const begun = performance.now()
  const lines: Line[] = []
  for (const row of rows) {
    const isLate = performance.now() - begun > LIMITS.startUntilMs
    lines.push(...(isLate ? notRun(row, 'the time is over') : await measureOne(rig, row)))
    if (isInterrupted()) throw new Error('The bench was interrupted: nothing is written.')
  }
  return lines
}

/** A row that cannot be measured must not hide the others. */
async function measureOne(rig: Rig, row: Row): Promise<readonly Line[]> {
  try {
    return await rig.progress.step(row.name, () => row.measure(rig))
  } catch (cause) {
    return notRun(row, cause instanceof Error ? cause.message : String(cause))
  }
}

/** Keeps the results of rows that were not measured this time, with their time and commit. Answers the file. */
async function writeResults(projectDir: string, lines: readonly Line[]): Promise<string> {
  const file = path.join(projectDir, '.local', 'bench.json')
  const known = parseResults((await readIfThere(file)) ?? '[]')
  const commit = await runCommand('git', ['describe', '--always', '--dirty'], { cwd: projectDir }).catch(() => null)
  const run = { measuredAt: new Date().toISOString(), commit: commit?.trim() ?? null }
  const names = ALL_ROWS.flatMap(({ figures }) => figures.map(({ what }) => what))
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writePrivate(file, `${JSON.stringify(mergeResults(known, resultsOf(lines, run), names), null, 2)}\n`)
  return file
}
