import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Place, Visit } from './place.js'

const LIMITS = {
  pieceBytes: 32 * 1024 * 1024,
  /**
   * How much of the preceding piece is read again, so that no needle is cut between two pieces: longer than any needle.
   */
  overlapBytes: 512 * 1024,
} as const

/** Selects files of a folder by their path below it. */
export type Which = (file: string) => boolean

/** The names and the bytes of all files in a folder and the folders below it. */
export function files(name: string, folder: string, which: Which = () => true): Place {
  return {
    name,
    async read(visit) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      for (const entry of entries) {
        const file = path.join(entry.parentPath, entry.name)
        const below = path.relative(folder, file)
        if (!entry.isFile() || !which(below)) continue
        visit(Buffer.from(below))
        await readFilePieces(file, visit)
      }
    },
  }
}

async function readFilePieces(file: string, visit: Visit): Promise<void> {
  // Skips a file that has been removed meanwhile: Postgres and Redis remove files that they no longer need.
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return
  try {
    for (let at = 0; ; at += LIMITS.pieceBytes - LIMITS.overlapBytes) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LIMITS.pieceBytes), 0, LIMITS.pieceBytes, at)
      visit(buffer.subarray(0, bytesRead))
      if (bytesRead < LIMITS.pieceBytes) return
    }
  } finally {
    await handle.close()
  }
}
