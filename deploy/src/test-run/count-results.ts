import { z } from 'zod'

/** The parts of jest's `--json` output that are read here. */
const JestResult = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  /** Test files that could not be loaded. */
  numRuntimeErrorTestSuites: z.number(),
})

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** @throws where the text is not jest's result. */
export function countResults(text: string): Counts {
  const result = JestResult.parse(JSON.parse(text))
  return {
    passed: result.numPassedTests,
    // A file that does not load hides its tests, so it counts as one failed test.
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number): number => all.reduce((total, counts) => total + pick(counts), 0)
  return { passed: sum((one) => one.passed), failed: sum((one) => one.failed), skipped: sum((one) => one.skipped) }
}

/** The closing line, which `.ci/run` and people read. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
