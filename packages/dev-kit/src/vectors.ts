import { existsSync } from 'node:fs'
import { describe, it } from '@jest/globals'
import { VECTORS } from './vectors-folder.js'

/**
 * `describe` for what reads a folder of test vectors: where it is absent its tests are skipped, and the run says so. In
 * CI nothing is left out: there they fail.
 */
export function describeWithVectors(name: string, what: string, tests: (folder: string) => void): void {
  const folder = `${VECTORS}/${name}`
  const canRun = existsSync(folder) || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`${what}: skipped, there is no ${folder} (set VECTORS_DIR)\n`)
  const run = canRun ? describe : describe.skip
  run(what, () => (canRun ? tests(folder) : it('needs them', () => {})))
}
