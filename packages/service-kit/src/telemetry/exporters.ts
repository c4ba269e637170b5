import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  type MetricProducer,
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '../clock.js'
import { describeError, type Logger } from '../program/log.js'

const LIMITS = {
  /** Time for one sending. */
  sendMs: 5_000,
  /** Time between two sendings of spans, unless a batch is full earlier. */
  spansEveryMs: 2_000,
  /** More waiting spans are dropped: a collector that is away must not cost memory. */
  spansWaitingMax: 4_096,
  spansPerBatchMax: 512,
  /** Time between two log lines about a collector that is away. */
  tellEveryMs: 60_000,
} as const

interface Deps {
  readonly log: Logger
  /** Called whenever something is sent. */
  readonly headers: () => Promise<Record<string, string>>
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** Sends spans in batches, apart from the work that they describe. */
export function spansOut(url: string, deps: Deps): SpanProcessor {
  return new BatchSpanProcessor({
    exporter: telling(
      new OTLPTraceExporter({ url, headers: deps.headers, timeoutMillis: LIMITS.sendMs }),
      'traces',
      deps,
    ),
    maxQueueSize: LIMITS.spansWaitingMax,
    maxExportBatchSize: LIMITS.spansPerBatchMax,
    scheduledDelayMillis: LIMITS.spansEveryMs,
    exportTimeoutMillis: LIMITS.sendMs,
  })
}

export function metricsOut(
  { url, everyMs }: { url: string; everyMs: number },
  metricProducers: MetricProducer[],
  deps: Deps,
): MetricReader {
  return new PeriodicExportingMetricReader({
    exporter: telling(
      new OTLPMetricExporter({ url, headers: deps.headers, timeoutMillis: LIMITS.sendMs }),
      'metrics',
      deps,
    ),
    metricProducers,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(LIMITS.sendMs, everyMs),
  })
}

/** The library does not report a failed sending, so this wrapper logs it from time to time. */
function telling<Exporter extends SpanExporter | PushMetricExporter>(
  exporter: Exporter,
  what: string,
  { log, clock }: Pick<Deps, 'log' | 'clock'>,
): Exporter {
  let toldMs = Number.NEGATIVE_INFINITY
  const send: (batch: never, done: (result: ExportResult) => void) => void = exporter.export.bind(exporter)
  exporter.export = (batch: never, done: (result: ExportResult) => void): void =>
    send(batch, (result) => {
      const nowMs = clock.monotonicMs()
      if (result.code === ExportResultCode.FAILED && nowMs - toldMs >= LIMITS.tellEveryMs) {
        toldMs = nowMs
        // Only the message is logged: the library's error contains the collector's answer.
        log.warn({ what, reason: describeError(result.error).message }, 'telemetry could not be sent')
      }
      done(result)
    })
  return exporter
}
