import { NO_TELEMETRY, type Telemetry, type TelemetryDeps } from './telemetry.js'
import type { TelemetryConfig } from './telemetry-config.js'

/** If no telemetry is configured, the SDK is not even loaded. */
export async function openTelemetry(config: TelemetryConfig, deps: TelemetryDeps): Promise<Telemetry> {
  if (!config.metrics && !config.metricsOut && !config.tracesOut) return NO_TELEMETRY
  const { createTelemetry } = await import('./create-telemetry.js')
  return createTelemetry(config, deps)
}
