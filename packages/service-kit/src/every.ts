import { again } from './again.js'
import type { Logger } from './program/log.js'
import { runRound } from './telemetry/rounds.js'
import type { Telemetry } from './telemetry/telemetry.js'

interface Deps {
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
}

/** Runs work again and again, `periodMs` after its last end, and never twice at once. A failure is logged. The returned function ends it, and waits for what runs. */
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
