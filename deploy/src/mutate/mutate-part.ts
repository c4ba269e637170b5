import path from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import type { Part } from './parts.js'

const LIMITS = {
  /** Over what the tests take without a mutant: one that loops, or fails slowly. */
  timeoutMs: 20_000,
  runners: 2,
} as const

/** Mutants that tests found, by failing or by not ending, and those that they did not. */
export interface Score {
  readonly part: string
  readonly found: number
  readonly survived: number
  readonly percent: number
  readonly isEnough: boolean
}

/** Tests one part's tests. The report, with each survivor, is written to `.local/mutate/<part>.json`, and to the console. */
export async function mutatePart({ name, folder, leftOut = [], scoreMin }: Part, projectDir: string): Promise<Score> {
  const stryker = new Stryker({
    mutate: [`${folder}/**/*.ts`, `!${folder}/**/*.test.ts`],
    testRunner: 'jest',
    // Jest's ES modules are behind this option of Node.
    testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
    jest: {
      projectType: 'custom',
      configFile: 'jest.config.js',
      config: {
        // Jest looks through all files below its roots once a mutant.
        roots: [`<rootDir>/${folder}`],
        testPathIgnorePatterns: leftOut.map((file) => `/${file}$`),
        setupFiles: ['<rootDir>/deploy/test/steady-cases.js'],
      },
      enableFindRelatedTests: false,
    },
    plugins: ['@stryker-mutator/jest-runner'],
    coverageAnalysis: 'perTest',
    concurrency: LIMITS.runners,
    timeoutMS: LIMITS.timeoutMs,
    reporters: ['progress-append-only', 'clear-text', 'json'],
    clearTextReporter: { reportTests: false, allowColor: false },
    jsonReporter: { fileName: path.join(projectDir, '.local', 'mutate', `${name}.json`) },
    ignorePatterns: ['/.cache', '/.local', '**/dist', '/charts', '/docs'],
    tempDirName: '.cache/stryker',
    cleanTempDir: 'always',
    allowConsoleColors: false,
  })
  const results = await stryker.runMutationTest()
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ status }) => statuses.includes(status)).length
  const found = count('Killed', 'Timeout')
  const survived = count('Survived', 'NoCoverage')
  const percent = (100 * found) / Math.max(1, found + survived)
  return { part: name, found, survived, percent, isEnough: percent >= scoreMin }
}
