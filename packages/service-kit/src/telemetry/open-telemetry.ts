import { NO_TELEMETRY, type Telemetry, type TelemetryDeps } from './telemetry.js'
import type { TelemetryConfig } from './telemetry-config.js'

/** Where nothing is asked for, the SDK is not even loaded. */
export async function openTelemetry(config: TelemetryConfig, deps: TelemetryDeps): Promise<Telemetry> {
  if (!config.metrics && !config.metricsOut && !config.tracesOut) return NO_TELEMETRY
  const { createTelemetry } = await import('./create-telemetry.js')
  return createTelemetry(config, deps)
}
