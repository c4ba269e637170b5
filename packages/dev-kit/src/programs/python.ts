import path from 'node:path'
import { runCommand } from './run-command.js'

/** Tried in this order; the packages were tested with 3.11. */
const PYTHONS = ['python3.11', 'python3.12', 'python3.13', 'python3.10', 'python3'] as const

const LIMITS = { probeMs: 10_000, venvMs: 120_000 } as const

export interface PythonRange {
  /** As Python writes it: `3.10`. */
  readonly oldest: string
  readonly newest?: string
}

/** The command of a Python in this range that can make virtual environments; undefined if there is none. */
export async function findPython({ oldest, newest }: PythonRange): Promise<string | undefined> {
  const upper = newest === undefined ? '' : ` <= (${newest.replace('.', ', ')})`
  const check = `import sys, venv, ensurepip; sys.exit(0 if (${oldest.replace('.', ', ')}) <= sys.version_info[:2]${upper} else 3)`
  for (const python of PYTHONS) {
    const fits = await runCommand(python, ['-c', check], { timeoutMs: LIMITS.probeMs }).then(
      () => true,
      () => false,
    )
    if (fits) return python
  }
  return undefined
}

/** Makes a virtual environment, which needs no root, and returns its Python. @throws Error with Python's output. */
export async function makeVenv(python: string, folder: string): Promise<string> {
  await runCommand(python, ['-m', 'venv', folder], { timeoutMs: LIMITS.venvMs })
  return path.join(folder, 'bin', 'python')
}
