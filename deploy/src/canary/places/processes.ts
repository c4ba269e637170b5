import { readdir, readFile } from 'node:fs/promises'
import type { Place } from './place.js'

/** Command lines and environments of processes and of their descendants. Only Linux shows them. */
export function processes(name: string, pids: () => Iterable<number>): Place {
  return {
    name,
    async read(visit) {
      for (const pid of await withChildren(pids())) {
        for (const file of ['environ', 'cmdline']) {
          // Empty if the process has ended meanwhile.
          visit(await readFile(`/proc/${pid}/${file}`).catch(() => Buffer.of()))
        }
      }
    },
  }
}

async function withChildren(pids: Iterable<number>): Promise<ReadonlySet<number>> {
  const known = new Set(pids)
  const parents = new Map<number, number>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await readFile(`/proc/${entry}/stat`, 'latin1').catch(() => '')
    // proc_pid_stat(5): after the name, which may hold blanks and brackets, come the state and the parent.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    parents.set(Number(entry), Number(parent))
  }
  // A child does not always have a higher id than its parent, so the scan is repeated until it finds nothing new.
  // Chains are short.
  for (let before = -1; before !== known.size; ) {
    before = known.size
    for (const [pid, parent] of parents) if (known.has(parent)) known.add(pid)
  }
  return known
}
