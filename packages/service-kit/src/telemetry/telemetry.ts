import { createNoopMeter } from '@opentelemetry/api'
import type { Logger } from '../program/log.js'
import { type Meter, meterOf } from './instruments.js'
import { NO_TRACES, type Traces } from './traces.js'

/** A service's metrics and traces. */
export interface Telemetry {
  /** False if nobody reads `meter`, so that nothing has to be measured. */
  readonly measures: boolean
  readonly meter: Meter
  readonly traces: Traces
  /** Resolves to the port of `/metrics`, or null if there is none. @throws if the port is taken. */
  start(): Promise<number | null>
  /** Sends what is left, within a time limit. */
  stop(): Promise<void>
}

/** Reports nothing and costs nothing. */
export const NO_TELEMETRY: Telemetry = {
  measures: false,
  meter: meterOf(createNoopMeter(), () => ({ record() {} })),
  traces: NO_TRACES,
  start: async () => null,
  stop: async () => {},
}

export interface TelemetryDeps {
  /** `vault`, `management` or `proxy`. */
  readonly service: string
  readonly log: Logger
}
