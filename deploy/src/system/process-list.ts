import { readFile } from 'node:fs/promises'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { readIfThere, writePrivate } from './local-files.js'

/** What we started, and by which part of its command line it is known again. */
export interface ListedProcess {
  readonly name: string
  readonly pid: number
  readonly mark: string
}

const ProcessList = z.array(z.object({ name: z.string(), pid: z.number().int().positive(), mark: z.string().min(1) }))

/** How long the left-over of an earlier run has to end before it is killed. */
const GRACE_MS = 8_000

export async function writeProcessList(file: string, processes: readonly ListedProcess[]): Promise<void> {
  await writePrivate(file, `${JSON.stringify(processes, null, 2)}\n`)
}

/** Those on the list that still run. An id that has gone to somebody else's process is not among them. */
export async function stillRunning(file: string): Promise<ListedProcess[]> {
  const text = await readIfThere(file)
  const parsed = ProcessList.safeParse(text === undefined ? [] : safeJson(text))
  if (!parsed.success) return []
  const alive: ListedProcess[] = []
  for (const listed of parsed.data) if (await isStill(listed)) alive.push(listed)
  return alive
}

/** Ends what an earlier run left behind. */
export async function endLeftOvers(processes: readonly ListedProcess[]): Promise<void> {
  // SIGINT is a clean stop for our services and a fast shutdown for Postgres.
  for (const { pid } of processes) signal(pid, 'SIGINT')
  for (const { pid } of processes) signal(pid, 'SIGCONT')
  const gone = async (): Promise<true | undefined> => {
    for (const listed of processes) if (await isStill(listed)) return undefined
    return true
  }
  await until(gone, GRACE_MS).catch(async () => {
    for (const listed of processes) if (await isStill(listed)) signal(listed.pid, 'SIGKILL')
  })
}

/** Not the id alone: ids are given out again. */
async function isStill({ pid, mark }: ListedProcess): Promise<boolean> {
  return (await commandLine(pid)).includes(mark)
}

async function commandLine(pid: number): Promise<string> {
  // A slim Linux has no ps; macOS has no /proc.
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => '')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}
