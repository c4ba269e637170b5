import { secondsOf } from './instruments.js'
import { NO_TELEMETRY, type Telemetry } from './telemetry.js'

/** One round of background work: measures how long it took and how it ended, in a trace of its own if that is kept. */
export async function runRound<Answer>(
  name: string,
  work: () => Promise<Answer>,
  { measures, meter, traces }: Telemetry = NO_TELEMETRY,
): Promise<Answer> {
  if (!measures) return traces.background(name, work)
  const seconds = secondsOf(meter, 'pma_background_seconds', 'each round of background work', ['work', 'outcome'])
  const startedMs = performance.now()
  const ended = (outcome: 'OK' | 'FAILED'): void =>
    seconds.record((performance.now() - startedMs) / 1_000, { work: name, outcome })
  try {
    const answer = await traces.background(name, work)
    ended('OK')
    return answer
  } catch (err) {
    ended('FAILED')
    throw err
  }
}
