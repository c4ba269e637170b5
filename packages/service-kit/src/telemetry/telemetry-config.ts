import { z } from 'zod'
import {
  DurationMs,
  EnvironmentError,
  List,
  Port,
  type ReadFile,
  readParts,
  readSecretFile,
} from '../program/config.js'
import { parseOtlpHeaders } from './otlp-headers.js'

/** What is reported, and where to. Null for what is not configured. */
export interface TelemetryConfig {
  /** Where Prometheus fetches metrics. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  /** Where metrics are sent. */
  readonly metricsOut: { readonly url: string; readonly everyMs: number } | null
  /** Where traces are sent, and which fraction of them. */
  readonly tracesOut: { readonly url: string; readonly ratio: number } | null
  /** A file with header fields for both, read whenever something is sent. */
  readonly headersFile: string | null
  /** Attributes of the process, such as its pod's name. */
  readonly attributes: Readonly<Record<string, string>>
  /** A file that contains a level, which replaces LOG_LEVEL. */
  readonly logLevelFile: string | null
}

const Exporter = z.enum(['otlp', 'none']).default('otlp')

/** The variables of each service. Names that begin with OTEL_ mean what OpenTelemetry's specification says. */
export const telemetryEnvironment = {
  PMA_METRICS_PORT: Port.optional().describe('port on which Prometheus fetches /metrics; default: none'),
  PMA_METRICS_HOST: z.string().default('0.0.0.0').describe('address to listen on for Prometheus'),
  PMA_LOG_LEVEL_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('file that contains a log level, which overrides LOG_LEVEL'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of a collector, OTLP over HTTP, such as http://collector:4318; without it nothing is sent'),
  PMA_OTLP_HEADERS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('file with lines `name: value`: header fields for the collector; read before each export'),
  OTEL_TRACES_EXPORTER: Exporter.describe('none: no traces are sent'),
  OTEL_METRICS_EXPORTER: Exporter.describe('none: no metrics are sent'),
  OTEL_METRIC_EXPORT_INTERVAL: DurationMs.default(60_000).describe('milliseconds between two exports of metrics'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('share of requests that are traced, 0 to 1'),
  OTEL_RESOURCE_ATTRIBUTES: List.default([]).describe('attributes of the process, key=value, separated by commas'),
} as const

type TelemetryVariables = z.output<z.ZodObject<typeof telemetryEnvironment>>

/** Pure apart from reading the given file. @throws EnvironmentError. */
export function telemetryConfig(given: TelemetryVariables, readFile: ReadFile): TelemetryConfig {
  const port = given.PMA_METRICS_PORT
  const base = given.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, '')
  const urlFor = (exporter: 'otlp' | 'none', signal: string): string | null =>
    base !== undefined && exporter === 'otlp' ? `${base}/v1/${signal}` : null
  const metricsUrl = urlFor(given.OTEL_METRICS_EXPORTER, 'metrics')
  const tracesUrl = urlFor(given.OTEL_TRACES_EXPORTER, 'traces')
  return {
    metrics: port === undefined ? null : { host: given.PMA_METRICS_HOST, port },
    metricsOut: metricsUrl === null ? null : { url: metricsUrl, everyMs: given.OTEL_METRIC_EXPORT_INTERVAL },
    tracesOut: tracesUrl === null ? null : { url: tracesUrl, ratio: given.OTEL_TRACES_SAMPLER_ARG },
    logLevelFile: given.PMA_LOG_LEVEL_FILE ?? null,
    ...readParts({
      headersFile: () => headersFileOf(given, readFile),
      attributes: () => attributesOf(given.OTEL_RESOURCE_ATTRIBUTES),
    }),
  }
}

/** Read once here, so that a service with a wrong file reports it and does not start. */
function headersFileOf(given: TelemetryVariables, readFile: ReadFile): string | null {
  const [file, endpoint] = [given.PMA_OTLP_HEADERS_FILE, given.OTEL_EXPORTER_OTLP_ENDPOINT]
  if (file === undefined) return null
  if (endpoint === undefined) throw badHeaders('it is of use with OTEL_EXPORTER_OTLP_ENDPOINT alone')
  const { protocol, hostname } = new URL(endpoint)
  // The headers are a credential. Nobody listens on the way to a collector within the same pod or host.
  if (protocol !== 'https:' && !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
    throw badHeaders('OTEL_EXPORTER_OTLP_ENDPOINT has to be https, or a loopback address')
  const text = readSecretFile('PMA_OTLP_HEADERS_FILE', file, readFile)
  try {
    parseOtlpHeaders(text)
  } catch (cause) {
    throw badHeaders(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  return file
}

function badHeaders(words: string): EnvironmentError {
  return new EnvironmentError([`PMA_OTLP_HEADERS_FILE: ${words}`])
}

/** As W3C Baggage writes them: values are percent-encoded. */
function attributesOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([^\s=]+)\s*=\s*([^\s=]*)$/.exec(pair) ?? []
      if (key === undefined || value === undefined) throw badAttributes()
      return [key, decoded(value)]
    }),
  )
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw badAttributes()
  }
}

function badAttributes(): EnvironmentError {
  return new EnvironmentError([
    'OTEL_RESOURCE_ATTRIBUTES: give key=value, separated by commas, with values percent-encoded',
  ])
}
