import { createNoopMeter, type Meter } from '@opentelemetry/api'
import type { Logger } from '../program/log.js'
import { NO_TRACES, type Traces } from './traces.js'

/** What a service tells of itself. */
export interface Telemetry {
  /** False: nobody reads `meter`, so nothing need be measured. */
  readonly measures: boolean
  readonly meter: Meter
  readonly traces: Traces
  /** Answers with the port of `/metrics`, null where there is none. @throws where it is taken. */
  start(): Promise<number | null>
  /** Sends what is left, within a bound. */
  stop(): Promise<void>
}

/** Tells nobody, and costs nothing. */
export const NO_TELEMETRY: Telemetry = {
  measures: false,
  meter: createNoopMeter(),
  traces: NO_TRACES,
  start: async () => null,
  stop: async () => {},
}

export interface TelemetryDeps {
  /** `vault`, `management` or `proxy`. */
  readonly service: string
  readonly log: Logger
}
