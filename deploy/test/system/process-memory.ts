import { open, readFile } from 'node:fs/promises'

const LIMITS = {
  pieceBytes: 16 * 1024 * 1024,
  /**
   * How much of the preceding piece is read again, so that nothing is cut between two pieces: longer than what is
   * searched for.
   */
  overlapBytes: 1024,
} as const

/**
 * Which of these are in the writable memory of a process, which is stopped meanwhile. Only Linux shows it
 * (proc_pid_mem(5)), to processes that may trace the process, as its parent usually may.
 *
 * @throws Error where the memory may not be read.
 */
export async function heldInMemory<Name extends string>(
  pid: number,
  wanted: Readonly<Record<Name, Buffer>>,
): Promise<readonly Name[]> {
  const names = Object.keys(wanted) as Name[]
  const found = new Set<Name>()
  process.kill(pid, 'SIGSTOP')
  try {
    const memory = await open(`/proc/${pid}/mem`)
    try {
      for (const [from, to] of writableParts(await readFile(`/proc/${pid}/maps`, 'latin1'))) {
        for (let at = from; at < to; at += LIMITS.pieceBytes) {
          const length = Math.min(to - at, LIMITS.pieceBytes + LIMITS.overlapBytes)
          const { buffer, bytesRead } = await memory.read(Buffer.alloc(length), 0, length, at)
          const piece = buffer.subarray(0, bytesRead)
          for (const name of names) if (piece.includes(wanted[name])) found.add(name)
        }
      }
    } finally {
      await memory.close()
    }
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  return names.filter((name) => found.has(name))
}

/** Start and end, from lines such as `7f1c2a000000-7f1c2a021000 rw-p 00000000 00:00 0` (proc_pid_maps(5)). */
function writableParts(maps: string): readonly (readonly [number, number])[] {
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)].map(
    ([, from = '', to = '']) => [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const,
  )
}
