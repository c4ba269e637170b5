import { existsSync } from 'node:fs'
import { describe, it } from '@jest/globals'
import { VECTORS } from './vectors-folder.js'

/**
 * `describe` for tests that read a folder of test vectors: without it they are skipped, and the run says so. In CI they
 * fail instead.
 */
export function describeWithVectors(name: string, what: string, tests: (folder: string) => void): void {
  const folder = `${VECTORS}/${name}`
  const canRun = existsSync(folder) || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`${what}: skipped, there is no ${folder} (set VECTORS_DIR)\n`)
  const run = canRun ? describe : describe.skip
  run(what, () => (canRun ? tests(folder) : it('needs them', () => {})))
}
