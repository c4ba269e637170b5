import { type Seconds, secondsOf, type Tally, tallyOf } from '@protectmyapi/service-kit/telemetry/instruments'
import { NO_TELEMETRY, type Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'

/** State of the drain of the access streams: the drain writes it, and the telemetry reads it. */
export interface DrainState {
  usable: boolean
  lagMs: number
  streamsAway: number
}

/** What is counted and timed while management works; docs/telemetry.md describes each measure. */
export interface ManagementMeasures {
  readonly rest: Seconds<'route' | 'outcome'>
  readonly changeWait: Seconds<'by'>
  readonly drained: Tally<'stream' | 'inbox'>
  readonly setAside: Tally<'entry'>
  readonly headRefusals: Tally<'refused'>
  readonly drain: DrainState
}

export function createManagementMeasures({ meter }: Pick<Telemetry, 'meter'>): ManagementMeasures {
  return {
    rest: secondsOf(meter, 'pma_rest_request_seconds', 'each REST request', ['route', 'outcome']),
    changeWait: secondsOf(meter, 'pma_change_wait_seconds', 'how long changes took to be in force', ['by']),
    drained: tallyOf(meter, 'pma_drain_entries_total', 'access entries moved into the log', {
      stream: { from: 'stream' },
      inbox: { from: 'inbox' },
    }),
    setAside: tallyOf(meter, 'pma_access_set_aside_total', 'access entries set aside', { entry: {} }),
    headRefusals: tallyOf(meter, 'pma_head_refusals_total', 'heads that the vault refused to sign', { refused: {} }),
    drain: { usable: false, lagMs: 0, streamsAway: 0 },
  }
}

export const NO_MEASURES: ManagementMeasures = createManagementMeasures(NO_TELEMETRY)
