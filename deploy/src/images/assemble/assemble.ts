import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { z } from 'zod'
import { PARTS } from './parts.js'

export interface AssembleOptions {
  readonly project: string
  /** A name in PARTS. */
  readonly part: string
  /** The folder to make. If it exists, it is replaced. */
  readonly target: string
}

const INSTALL_MS = 10 * 60_000
/** Files that a running program does not use: tests and their helpers, types, source maps. */
const LEFT_OUT = /(\.d\.ts|\.map|\.test\.js|\.contract\.js|\.tsbuildinfo)$|\/test(\/|$)/

const RootPackage = z.looseObject({ workspaces: z.array(z.string()) })

/** Assembles what an image runs: packages of production, and compiled code. @throws Error with npm's output. */
export async function assemble({ project, part, target }: AssembleOptions): Promise<void> {
  const found = PARTS[part]
  if (found === undefined) throw new Error(`There is no part ${part}. There are: ${Object.keys(PARTS).join(', ')}`)
  await rm(target, { recursive: true, force: true })
  const folders = Object.keys(found.workspaces)
  // npm accepts the lock file only with every workspace that the file names.
  for (const folder of ['.', ...(await workspacesOf(project))])
    await copyInto(project, target, path.join(folder, 'package.json'))
  for (const file of ['package-lock.json', '.npmrc']) await copyInto(project, target, file)
  const of = (chosen: readonly string[]) => [
    '--omit=dev',
    ...(found.omitOptional ? ['--omit=optional'] : []),
    ...chosen.flatMap((folder) => ['-w', folder]),
  ]
  const installed = folders.filter((folder) => !found.bundled?.includes(folder))
  const options = { cwd: target, timeoutMs: INSTALL_MS }
  await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...of(installed)], options)
  await writeFile(
    path.join(target, 'sbom.cdx.json'),
    await runCommand('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', ...of(folders)], options),
  )
  for (const [workspace, kept] of Object.entries(found.workspaces))
    for (const folder of kept) await copyFolder(project, target, path.join(workspace, folder))
  await removeOthers(target, await workspacesOf(project), folders)
  await removeTypes(path.join(target, 'node_modules'))
}

async function workspacesOf(project: string): Promise<readonly string[]> {
  const { workspaces } = RootPackage.parse(JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8')))
  const nested = await Promise.all(
    workspaces.map(async (pattern) => {
      if (!pattern.endsWith('/*')) return [pattern]
      const parent = pattern.slice(0, -2)
      const entries = await readdir(path.join(project, parent), { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name))
    }),
  )
  return nested.flat()
}

async function copyInto(project: string, target: string, file: string): Promise<void> {
  await mkdir(path.dirname(path.join(target, file)), { recursive: true })
  await copyFile(path.join(project, file), path.join(target, file))
}

async function copyFolder(project: string, target: string, folder: string): Promise<void> {
  await cp(path.join(project, folder), path.join(target, folder), {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(path.relative(project, source)),
  })
}

/** Removes workspaces that the part does not use, and the links to them. */
async function removeOthers(target: string, all: readonly string[], used: readonly string[]): Promise<void> {
  for (const folder of all) {
    if (used.includes(folder)) continue
    await rm(path.join(target, folder), { recursive: true, force: true })
    await rm(path.join(target, 'node_modules', '@protectmyapi', path.basename(folder)), {
      force: true,
      recursive: true,
    })
  }
  for (const file of ['package-lock.json', '.npmrc', 'node_modules/.package-lock.json'])
    await rm(path.join(target, file), { force: true })
}

/** Types are for editors and debuggers, and half of what packages contain. */
async function removeTypes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile() && /\.d\.[cm]?ts$|\.map$/.test(entry.name)) await rm(path.join(entry.parentPath, entry.name))
}
