import type { TelemetryConfig } from '../telemetry/telemetry-config.js'

/** No telemetry configured; a test enables the one thing that it is about. */
export const TELEMETRY_OFF: TelemetryConfig = {
  metrics: null,
  metricsOut: null,
  tracesOut: null,
  headersFile: null,
  attributes: {},
  logLevelFile: null,
}
