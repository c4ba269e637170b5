import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Checked, check } from './check.js'
import { findTools, type Tools } from './find-tools.js'
import { judge } from './judge.js'
import type { ModelConfig } from './model-config.js'
import { traceText } from './read-trace.js'
import type { Run } from './run.js'
import { LARGE, WITH_ALL_RULES } from './with-all-rules.js'
import { WITHOUT_RULES } from './without-rules.js'

export interface ModelOptions {
  readonly config: ModelConfig
  readonly projectDir: string
  readonly searchPath: string | undefined
  readonly say: (line: string) => void
}

/** Shorter than the ten seconds after which people think that nothing happens. */
const HEARTBEAT_MS = 5_000

/** Prints a line for each run, writes the counterexamples to `.local/model`, and answers the exit status. */
export async function runModel({ config, projectDir, searchPath, say }: ModelOptions): Promise<number> {
  const runs = chosen(config)
  const tools = await findTools(searchPath)
  const model = path.join(projectDir, 'docs', 'model', 'freshness.pml')
  const traces = path.join(projectDir, '.local', 'model')
  await mkdir(traces, { recursive: true, mode: 0o700 })
  let failed = 0
  let heading = ''
  for (const run of runs) {
    const wanted = run.kind === 'without' ? 'One rule off: what goes wrong' : 'All rules on: nothing goes wrong'
    if (wanted !== heading) {
      say(row('', wanted, 'steps', 'depth', 'states', 'seconds'))
      heading = wanted
    }
    const { line, isFailure } = await one(run, { model, traces, tools, say })
    if (isFailure) failed += 1
    say(line)
  }
  say(`Counterexamples: ${path.relative(projectDir, traces)}/<RULE>.txt; how to read one: docs/model/README.md.`)
  say(
    failed === 0
      ? `${runs.length} runs, each as it should be.`
      : `${failed} of ${runs.length} runs are not as they should be.`,
  )
  return failed === 0 ? 0 : 1
}

/** @throws Error for a name that no run has. */
function chosen({ only, full }: ModelConfig): readonly Run[] {
  const all: readonly Run[] = [...WITHOUT_RULES, ...WITH_ALL_RULES, ...LARGE]
  if (only.length === 0) return full ? all : all.filter((run) => !LARGE.some((large) => large === run))
  return only.map((name) => {
    const run = all.find((candidate) => candidate.name === name)
    if (run === undefined)
      throw new Error(`There is no run ${name}. There are: ${all.map((one) => one.name).join(', ')}`)
    return run
  })
}

interface Where {
  readonly model: string
  readonly traces: string
  readonly tools: Tools
  readonly say: (line: string) => void
}

/** A run that cannot be checked must not hide the others. */
async function one(run: Run, where: Where): Promise<{ readonly line: string; readonly isFailure: boolean }> {
  const startedMs = performance.now()
  const seconds = (): string => ((performance.now() - startedMs) / 1_000).toFixed(1)
  const heartbeat = setInterval(() => where.say(`    … ${run.name}, ${seconds()} s`), HEARTBEAT_MS)
  const words = run.kind === 'without' ? run.shows : run.covers
  try {
    const checked = await check(run, where.model, where.tools)
    await writeTrace(run, checked, where)
    const wrong = judge(run, checked)
    const { steps, depth, states } = checked
    const length = steps.length === 0 ? '–' : String(steps.length)
    const shown = wrong === undefined ? words : `${wrong}. (${words})`
    return {
      line: row(
        `${wrong === undefined ? '✓' : '✗'} ${run.name}`,
        shown,
        length,
        String(depth),
        String(states),
        seconds(),
      ),
      isFailure: wrong !== undefined,
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { line: row(`✗ ${run.name}`, why, '–', '–', '–', seconds()), isFailure: true }
  } finally {
    clearInterval(heartbeat)
  }
}

async function writeTrace(run: Run, { steps }: Checked, { model, traces }: Where): Promise<void> {
  if (steps.length === 0) return
  const title = run.kind === 'without' ? `${run.rule} off: ${run.shows}.` : `All rules on, and yet (${run.covers}):`
  const text = traceText(steps, await readFile(model, 'utf8'))
  const head = `${title}\n${run.defines.map((define) => `-D${define}`).join(' ')}\n\n`
  await writeFile(path.join(traces, `${run.name}.txt`), `${head}${text}\n`)
}

/** The text comes last, because its length varies. */
function row(name: string, words: string, ...figures: readonly string[]): string {
  const [steps = '', depth = '', states = '', seconds = ''] = figures
  return `${name.padEnd(20)}${steps.padStart(6)}${depth.padStart(8)}${states.padStart(11)}${seconds.padStart(9)}  ${words}`
}
