import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { z } from 'zod'

/** Building Kubernetes alone occupies both cores of a small machine for minutes. */
const BUILD_MS = 30 * 60_000

const Module = z.object({ Dir: z.string(), GoMod: z.string() })

/**
 * Makes something in a folder of the cache, unless that has been done already. Answers the path that `make` answered.
 */
export async function once(cacheDir: string, name: string, make: (folder: string) => Promise<string>): Promise<string> {
  const folder = path.join(cacheDir, name)
  const finished = path.join(folder, 'finished')
  const known = await readFile(finished, 'utf8').catch(() => undefined)
  // Relative, because a cache may be moved.
  if (known !== undefined) return path.resolve(folder, known)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const made = await make(folder)
  await writeFile(finished, path.relative(folder, made))
  return made
}

/** Downloads a module and answers where it lies. */
export async function moduleOf(name: string): Promise<z.output<typeof Module>> {
  return Module.parse(JSON.parse(await go(['mod', 'download', '-json', name], '/')))
}

export async function moduleDir(name: string): Promise<string> {
  return (await moduleOf(name)).Dir
}

/** Installs the program of a module that `go install` accepts. `tags` are Go's build tags. */
export async function install(folder: string, program: string, tags: readonly string[] = []): Promise<void> {
  await runCommand('env', [`GOBIN=${folder}`, 'go', 'install', '-tags', tags.join(','), program], {
    timeoutMs: BUILD_MS,
  })
}

export function go(args: readonly string[], cwd: string): Promise<string> {
  return runCommand('go', args, { cwd, timeoutMs: BUILD_MS })
}
