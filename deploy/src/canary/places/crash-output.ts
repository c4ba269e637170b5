import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import type { RunningSystem } from '../../system/start-system.js'
import { type Collected, collect } from './collected.js'

const LIMITS = {
  /** How long a service may take to be started again. */
  restartMs: 20_000,
} as const

const CORE = /^core(\.\d+)?$/

/**
 * Aborts each service and waits until the supervisor has started it again. Collects and deletes the core files that the
 * kernel has written into `folder`, the working directory of the services.
 *
 * @returns undefined where the machine writes no core files there: not Linux, no `prlimit`, or another `core_pattern`.
 */
export async function crashOutput({ pids }: RunningSystem, folder: string): Promise<Collected | undefined> {
  const cores = collect('core files of aborted services')
  const before = new Set(await readdir(folder))
  let found = 0
  for (const [name, pid] of pids()) {
    if (!/^(vault|management|proxy)/.test(name)) continue
    const isAllowed = await runCommand('prlimit', ['--pid', String(pid), '--core=unlimited']).catch(() => undefined)
    if (isAllowed === undefined) return undefined
    process.kill(pid, 'SIGABRT')
    await until(() => {
      const now = pids().get(name)
      return now !== undefined && now !== pid ? true : undefined
    }, LIMITS.restartMs)
    for (const file of await readdir(folder)) {
      const core = path.join(folder, file)
      if (before.has(file) || !CORE.test(file) || !(await stat(core)).isFile()) continue
      cores.add(await readFile(core))
      await rm(core)
      found += 1
    }
  }
  return found > 0 ? cores : undefined
}
