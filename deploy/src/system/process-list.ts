import { readFile } from 'node:fs/promises'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { readIfThere, writePrivate } from './local-files.js'

/** A process that this project started, and the part of its command line that identifies it. */
export interface ListedProcess {
  readonly name: string
  readonly pid: number
  readonly mark: string
}

const ProcessList = z.array(z.object({ name: z.string(), pid: z.number().int().positive(), mark: z.string().min(1) }))

/** How long a left-over of an earlier run may take to end before it is killed. */
const GRACE_MS = 8_000

export async function writeProcessList(file: string, processes: readonly ListedProcess[]): Promise<void> {
  await writePrivate(file, `${JSON.stringify(processes, null, 2)}\n`)
}

/** The listed processes that still run. Ids that now belong to other processes are left out. */
export async function stillRunning(file: string): Promise<ListedProcess[]> {
  const text = await readIfThere(file)
  const parsed = ProcessList.safeParse(text === undefined ? [] : safeJson(text))
  if (!parsed.success) return []
  const alive: ListedProcess[] = []
  for (const listed of parsed.data) if (await isStill(listed)) alive.push(listed)
  return alive
}

/** Ends the processes that an earlier run left behind. */
export async function endLeftOvers(processes: readonly ListedProcess[]): Promise<void> {
  // SIGINT is a clean stop for the services and a fast shutdown for Postgres.
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

/** Compares the command line as well, because process ids are reused. */
async function isStill({ pid, mark }: ListedProcess): Promise<boolean> {
  return (await commandLine(pid)).includes(mark)
}

async function commandLine(pid: number): Promise<string> {
  // A slim Linux has no ps, and macOS has no /proc.
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => '')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended in the meantime.
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}
