import path from 'node:path'
import { runCommand } from '../programs/run-command.js'

/** A `redis-server` to start, or why there is none. */
export type FoundRedis =
  | { readonly kind: 'found'; readonly binary: string }
  | { readonly kind: 'absent'; readonly why: string }

/** The oldest version that has all commands in use (it introduced XAUTOCLAIM). */
const OLDEST = { major: 6, minor: 2 } as const

const LIMITS = { probeMs: 10_000 } as const

/** The first `redis-server` on a PATH that is new enough; undefined if there is none. */
export async function findSystemRedis(searchPath: string | undefined): Promise<string | undefined> {
  const folders = (searchPath ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  for (const folder of folders) {
    const binary = path.join(folder, 'redis-server')
    if (await isNewRedis(binary)) return binary
  }
  return undefined
}

/** Whether the program exists, runs on this machine, and is new enough. */
export async function isNewRedis(binary: string): Promise<boolean> {
  const said = await runCommand(binary, ['--version'], { timeoutMs: LIMITS.probeMs }).catch(() => '')
  const [, major = 0, minor = 0] = (/ v=(\d+)\.(\d+)/.exec(said) ?? []).map(Number)
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)
}
