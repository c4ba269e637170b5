import { readFile } from 'node:fs/promises'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'

const KIB_PER_MIB = 1_024

/** MiB of memory that a process has in RAM. */
export async function residentMib(pid: number): Promise<number> {
  const kib =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
      : (await runCommand('ps', ['-o', 'rss=', '-p', String(pid)])).trim()
  return Number(kib) / KIB_PER_MIB
}

/** The largest value sampled while `running` is pending. */
export async function peakMibWhile(pid: number, running: Promise<unknown>, everyMs = 250): Promise<number> {
  let peak = 0
  let over = false
  void running.then(
    () => (over = true),
    () => (over = true),
  )
  while (!over) {
    peak = Math.max(peak, await residentMib(pid))
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return peak
}
