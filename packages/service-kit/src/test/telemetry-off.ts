import type { TelemetryConfig } from '../telemetry/telemetry-config.js'

/** Where nothing was asked for; a test asks for the one thing that it is about. */
export const TELEMETRY_OFF: TelemetryConfig = {
  metrics: null,
  metricsOut: null,
  tracesOut: null,
  headersFile: null,
  attributes: {},
  logLevelFile: null,
}
