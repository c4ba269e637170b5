import { again } from './again.js'
import type { Logger } from './program/log.js'
import { runRound } from './telemetry/rounds.js'
import type { Telemetry } from './telemetry/telemetry.js'

interface Deps {
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
}

/**
 * Repeats work, `periodMs` after its last end, and never twice at once. A failure is logged. The returned function
 * stops it and waits for a run under way.
 */
export function every(
  periodMs: number,
  name: string,
  { log, telemetry }: Deps,
  work: () => Promise<unknown>,
): () => Promise<void> {
  return again(async () => {
    await runRound(name, work, telemetry).catch((err: unknown) =>
      log.warn({ err, name }, 'background work failed; it will be tried again'),
    )
    return periodMs
  })
}
