import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOnSampler, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { systemClock } from '../clock.js'
import { newId } from '../ids.js'
import { withinMs } from '../within-ms.js'
import { createTraces } from './create-traces.js'
import { metricsOut, spansOut } from './exporters.js'
import { createHistograms } from './histograms.js'
import { meterOf } from './instruments.js'
import { otlpHeadersFrom } from './otlp-headers.js'
import { watchProcess } from './process-metrics.js'
import { type ServedMetrics, serveMetrics } from './serve-metrics.js'
import { NO_TELEMETRY, type Telemetry, type TelemetryDeps } from './telemetry.js'
import type { TelemetryConfig } from './telemetry-config.js'
import { NO_TRACES } from './traces.js'

const LIMITS = {
  /** Time to send what is left when the process ends. */
  flushMs: 2_000,
  /** The services' own names and addresses are shorter; anything longer in an attribute is cut. */
  attributeChars: 256,
  attributes: 16,
} as const

/** The name of the instrumentation scope. */
const SCOPE = 'protectmyapi'

/** OpenTelemetry's SDK as the environment configures it; no part of it is global. */
export function createTelemetry(config: TelemetryConfig, { service, log }: TelemetryDeps): Telemetry {
  const resource = resourceFromAttributes({
    ...config.attributes,
    'service.name': `protectmyapi-${service}`,
    'service.namespace': 'protectmyapi',
    'service.instance.id': newId('boot'),
  })
  const headers = config.headersFile === null ? async () => ({}) : otlpHeadersFrom(config.headersFile, log)
  const deps = { log, clock: systemClock, headers }
  const histograms = createHistograms(SCOPE)
  const metricProducers = [histograms]
  const prometheus =
    config.metrics && new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true, metricProducers })
  const readers: MetricReader[] = [
    ...(prometheus ? [prometheus] : []),
    ...(config.metricsOut ? [metricsOut(config.metricsOut, metricProducers, deps)] : []),
  ]
  const meters = readers.length > 0 ? new MeterProvider({ resource, readers }) : null
  const meter = meters ? meterOf(meters.getMeter(SCOPE), histograms.create) : NO_TELEMETRY.meter
  const tracers = config.tracesOut && tracersTo(spansOut(config.tracesOut.url, deps), resource)
  let served: ServedMetrics | undefined
  let stopWatching = (): void => {}

  return {
    measures: meters !== null,
    meter,
    traces: tracers ? createTraces(tracers.getTracer(SCOPE), config.tracesOut?.ratio ?? 1) : NO_TRACES,
    async start() {
      if (meters) stopWatching = watchProcess(meter)
      if (!config.metrics || !prometheus) return null
      served = await serveMetrics(config.metrics, (request, response) =>
        prometheus.getMetricsRequestHandler(request, response),
      )
      log.info({ metricsPort: served.port }, 'metrics are served')
      return served.port
    },
    async stop() {
      stopWatching()
      const flushed = Promise.allSettled([tracers?.shutdown(), meters?.shutdown(), served?.close()])
      await withinMs(flushed, LIMITS.flushMs, () => undefined)
    },
  }
}

/** Records every span that is begun, because spans that are not traced are never begun. */
function tracersTo(processor: SpanProcessor, resource: ReturnType<typeof resourceFromAttributes>): TracerProvider {
  return new TracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: LIMITS.attributeChars, attributeCountLimit: LIMITS.attributes },
    spanProcessors: [processor],
  })
}
