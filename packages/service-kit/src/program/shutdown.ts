import { withinMs } from '../within-ms.js'
import type { Logger } from './log.js'

/** One thing to shut down, in order. */
export interface ShutdownStep {
  readonly name: string
  run(): Promise<void> | void
}

/**
 * Runs the steps once, in order, each even if the one before it failed, and then resolves. A step that takes longer
 * than the grace period is abandoned.
 */
export function shutdownOnce(steps: readonly ShutdownStep[], graceMs: number, log: Logger): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= withinMs(runAll(steps, log), graceMs, () =>
      log.error({ graceMs }, 'shutdown took longer than its grace'),
    )
    return running
  }
}

async function runAll(steps: readonly ShutdownStep[], log: Logger): Promise<void> {
  for (const step of steps) {
    try {
      await step.run()
      log.debug({ step: step.name }, 'shutdown step done')
    } catch (err) {
      log.error({ err, step: step.name }, 'shutdown step failed')
    }
  }
}
