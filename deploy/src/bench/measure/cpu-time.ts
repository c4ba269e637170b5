import { readFile } from 'node:fs/promises'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'

/** The clock tick that Linux shows to user space on every architecture that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10
/**
 * Positions of `utime` and `stime` after the bracket that closes the name (proc_pid_stat(5): fields 14 and 15; the
 * state is field 3).
 */
const UTIME = 11
const STIME = 12

/** Milliseconds of CPU that all threads of a process have used, in user space and in the kernel. */
export async function cpuMs(pid: number): Promise<number> {
  if (process.platform !== 'linux') return cpuMsOfPs(await runCommand('ps', ['-o', 'time=', '-p', String(pid)]))
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name may hold blanks and brackets: fields are counted from the last bracket on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS
}

/** `[hours:]minutes:seconds.hundredths`, as macOS prints it. */
export function cpuMsOfPs(text: string): number {
  const seconds = text
    .trim()
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
  return Math.round(seconds * 1_000)
}
