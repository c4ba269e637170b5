import { describe } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'

const VARIABLE = 'PMA_TEST_CHROMIUM'

/** `describe` for tests that need a Chromium: without one they are skipped, and the run says so. In CI they fail. */
export function describeWithChromium(what: string, tests: () => void): void {
  const canRun = Boolean(process.env[VARIABLE]) || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`Chromium: ${what} not run, ${VARIABLE} is not set\n`)
  const run = canRun ? describe : describe.skip
  run(what, tests)
}

/** @throws Error if `PMA_TEST_CHROMIUM`, the path of a Chromium, is not set. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env[VARIABLE]
  if (!executablePath) throw new Error(`${VARIABLE} is not set: there is no Chromium to start`)
  // Containers often have a small /dev/shm, and no GPU.
  return chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', '--disable-gpu'] })
}
