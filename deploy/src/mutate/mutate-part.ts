import path from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import type { Part } from './parts.js'

const LIMITS = {
  /** Time beyond what the tests take without a mutant, for a mutant that loops or fails slowly. */
  timeoutMs: 20_000,
  runners: 2,
} as const

/**
 * A mutant takes effect when its module is loaded, so modules are loaded again for each test file, by jest's own
 * loader.
 */
const MODULES_ANEW = {
  testRunner: 'jest-circus/runner',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
}

/** Mutants that tests noticed, and mutants that they did not. */
export interface Score {
  readonly part: string
  /** Noticed because a test failed. */
  readonly killed: number
  /** Noticed because the tests did not end. On a busy machine, a test that would fail may be that slow as well. */
  readonly timedOut: number
  readonly survived: number
  readonly percent: number
  readonly isEnough: boolean
}

/**
 * Measures the tests of one part. The report, with each survivor, goes to `.local/mutate/<part>.json` and to the
 * console.
 */
export async function mutatePart(
  { name, folder, file, leftOut = [], scoreMin }: Part,
  projectDir: string,
): Promise<Score> {
  const stryker = new Stryker({
    mutate: file === undefined ? [`${folder}/**/*.ts`, `!${folder}/**/*.test.ts`] : [`${folder}/${file}.ts`],
    testRunner: 'jest',
    // Node needs this option for jest's ES modules.
    testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
    jest: {
      projectType: 'custom',
      configFile: 'jest.config.js',
      config: {
        ...MODULES_ANEW,
        // Jest searches all files below its roots once for each mutant.
        roots: [`<rootDir>/${folder}`],
        testPathIgnorePatterns: leftOut.map((one) => `/${one}$`),
        ...(file === undefined ? {} : { testMatch: [`<rootDir>/${folder}/${file}.test.ts`] }),
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
  const killed = count('Killed')
  const timedOut = count('Timeout')
  const survived = count('Survived', 'NoCoverage')
  const percent = (100 * (killed + timedOut)) / Math.max(1, killed + timedOut + survived)
  return { part: name, killed, timedOut, survived, percent, isEnough: percent >= scoreMin }
}
