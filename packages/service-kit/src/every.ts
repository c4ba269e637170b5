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
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let ended = false

  function run(): void {
    running = runRound(name, work, telemetry)
      .then(
        () => undefined,
        (err: unknown) => log.warn({ err, name }, 'background work failed; it will be tried again'),
      )
      .finally(() => {
        if (!ended) timer = setTimeout(run, periodMs)
      })
  }

  run()
  return async () => {
    ended = true
    clearTimeout(timer)
    await running
  }
}
