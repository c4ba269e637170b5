import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect } from '@jest/globals'

/** Beside the project's root unless said. Never copied into it. */
const FOLDER = `${process.env.VECTORS_DIR ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))}/wycheproof`
const present = existsSync(FOLDER)
const mustRun = process.env.CI === 'true'

if (!present && !mustRun) process.stdout.write(`Wycheproof: skipped, there is no ${FOLDER} (set VECTORS_DIR)\n`)

/** Skipped where the vectors are not at hand; in CI that is a failure. */
export function withWycheproof(name: string, tests: () => void): void {
  const suite = present || mustRun ? describe : describe.skip
  suite(name, tests)
}

/** The groups of one file. */
export function wycheproof<Group>(name: string): readonly Group[] {
  return JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')).testGroups
}

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

export function report(what: string, count: number): void {
  expect(count).toBeGreaterThan(0)
  process.stdout.write(`Wycheproof: ${count} cases of ${what}\n`)
}
